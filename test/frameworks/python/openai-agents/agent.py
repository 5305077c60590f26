import asyncio
import json
import os
import sys

from agents import Agent, Runner, set_default_openai_client, set_tracing_disabled
from agents.mcp import MCPServerStdio, MCPServerStreamableHttp
from openai import AsyncOpenAI

set_default_openai_client(AsyncOpenAI(base_url=os.environ["MODEL_BASE_URL"]))
# Traces, which hold arguments and results, would go to OpenAI wherever the model is.
set_tracing_disabled(True)

options = {
    # Tools that wait for labelers take up to 50 seconds; by default a call is given up after five.
    "client_session_timeout_seconds": 90,
    # By default a model whose call lacks an argument, or takes too long, is not told why.
    "failure_error_function": lambda context, error: str(error),
}
if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    scale = MCPServerStreamableHttp(
        {"url": os.environ["SERVER_URL"], "headers": headers}, **options
    )
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    scale = MCPServerStdio({"command": command, "args": args}, **options)


async def main():
    async with scale:
        agent = Agent(name="Labeling", model="gpt-5", mcp_servers=[scale])
        result = await Runner.run(agent, sys.argv[1], max_turns=50)
        print(result.final_output)


asyncio.run(main())
