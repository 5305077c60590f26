import asyncio
import json
import os
import sys

from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient
from autogen_ext.tools.mcp import McpWorkbench, StdioServerParams, StreamableHttpServerParams

model = OpenAIChatCompletionClient(model="gpt-4.1", base_url=os.environ["MODEL_BASE_URL"])

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    server = StreamableHttpServerParams(url=os.environ["SERVER_URL"], headers=headers)
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    # Tools that wait for labelers take up to 50 seconds; by default a call is given up after five.
    server = StdioServerParams(command=command, args=args, read_timeout_seconds=90)


async def main():
    async with McpWorkbench(server) as scale:
        agent = AssistantAgent("labeling", model, workbench=scale, max_tool_iterations=50)
        result = await agent.run(task=sys.argv[1])
        print(result.messages[-1].content)


asyncio.run(main())
