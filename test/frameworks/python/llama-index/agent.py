import asyncio
import json
import os
import sys

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.llms.openai import OpenAI
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec

llm = OpenAI(model="gpt-5", api_base=f"{os.environ['MODEL_BASE_URL']}/v1", api_key="-")

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    client = BasicMCPClient(os.environ["SERVER_URL"], headers=headers)
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    client = BasicMCPClient(command, args=args)


async def main():
    tools = await McpToolSpec(client).to_tool_list_async()
    agent = FunctionAgent(tools=tools, llm=llm)
    print(await agent.run(sys.argv[1]))


asyncio.run(main())
