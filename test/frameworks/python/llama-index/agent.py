import asyncio
import json
import os
import sys

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.llms.openai import OpenAI
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec

llm = OpenAI(model="gpt-5", api_base=os.environ["MODEL_BASE_URL"])

# Tools that wait for labelers take up to 50 seconds; by default a call is given up after 30.
patience = {"timeout": 90}
if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    client = BasicMCPClient(os.environ["SERVER_URL"], headers=headers, **patience)
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    client = BasicMCPClient(command, args=args, **patience)


async def main():
    agent = FunctionAgent(tools=await McpToolSpec(client).to_tool_list_async(), llm=llm)
    print(await agent.run(sys.argv[1]))


asyncio.run(main())
