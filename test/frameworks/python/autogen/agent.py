import asyncio
import json
import os
import sys

from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient
from autogen_ext.tools.mcp import McpWorkbench, StdioServerParams, StreamableHttpServerParams

model = OpenAIChatCompletionClient(
    model="gpt-4.1", base_url=f"{os.environ['MODEL_BASE_URL']}/v1", api_key="-"
)

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    server = StreamableHttpServerParams(url=os.environ["SERVER_URL"], headers=headers)
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    server = StdioServerParams(command=command, args=args)


async def main():
    async with McpWorkbench(server) as workbench:
        agent = AssistantAgent("labeling", model, workbench=workbench, max_tool_iterations=50)
        result = await agent.run(task=sys.argv[1])
        print(result.messages[-1].content)


asyncio.run(main())
