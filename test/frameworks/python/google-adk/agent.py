import asyncio
import json
import os
import sys

from google.adk.agents import LlmAgent
from google.adk.models import Gemini
from google.adk.runners import InMemoryRunner
from google.adk.tools.mcp_tool import (
    McpToolset,
    StdioConnectionParams,
    StreamableHTTPConnectionParams,
)
from mcp import StdioServerParameters

model = Gemini(model="gemini-3-pro", base_url=os.environ["MODEL_BASE_URL"])

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    connection = StreamableHTTPConnectionParams(url=os.environ["SERVER_URL"], headers=headers)
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    server = StdioServerParameters(command=command, args=args)
    # Tools that wait for labelers take up to 50 seconds; by default a call is given up after five.
    connection = StdioConnectionParams(server_params=server, timeout=90)


async def main():
    scale = McpToolset(connection_params=connection)
    async with InMemoryRunner(LlmAgent(name="labeling", model=model, tools=[scale])) as runner:
        events = await runner.run_debug(sys.argv[1], quiet=True)
        print(events[-1].content.parts[0].text)


asyncio.run(main())
