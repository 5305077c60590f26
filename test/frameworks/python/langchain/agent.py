import asyncio
import json
import os
import sys

from langchain.agents import create_agent
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from langchain_openai import ChatOpenAI

# Chat Completions, the default, take no images from tools.
model = ChatOpenAI(model="gpt-5", base_url=os.environ["MODEL_BASE_URL"], use_responses_api=True)

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    server = {"transport": "http", "url": os.environ["SERVER_URL"], "headers": headers}
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    server = {"transport": "stdio", "command": command, "args": args}


async def main():
    client = MultiServerMCPClient({"scale": server})
    # client.get_tools() would start a server for each call.
    async with client.session("scale") as session:
        agent = create_agent(model, await load_mcp_tools(session))
        state = await agent.ainvoke({"messages": [("user", sys.argv[1])]})
        print(state["messages"][-1].text)


asyncio.run(main())
