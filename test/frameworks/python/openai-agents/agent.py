import asyncio
import json
import os
import sys

from agents import Agent, Runner, set_default_openai_client, set_tracing_disabled
from agents.mcp import MCPServerStdio, MCPServerStreamableHttp
from openai import AsyncOpenAI

set_tracing_disabled(True)
set_default_openai_client(AsyncOpenAI(base_url=f"{os.environ['MODEL_BASE_URL']}/v1", api_key="-"))

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    server = MCPServerStreamableHttp({"url": os.environ["SERVER_URL"], "headers": headers})
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    server = MCPServerStdio({"command": command, "args": args})


async def main():
    async with server:
        agent = Agent(name="labeling", mcp_servers=[server])
        result = await Runner.run(agent, sys.argv[1])
        print(result.final_output)


asyncio.run(main())
