import asyncio
import json
import os

from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    transport = streamable_http_client(
        os.environ["SERVER_URL"], http_client=create_mcp_http_client(headers)
    )
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    transport = stdio_client(StdioServerParameters(command=command, args=args))


async def main():
    async with transport as (read, write, *_), ClientSession(read, write) as session:
        await session.initialize()
        print(len((await session.list_tools()).tools), "tools")
        for call in json.loads(os.environ["CALLS"]):
            result = await session.call_tool(call["tool"], call["args"])
            print(result.model_dump_json(exclude_none=True))


asyncio.run(main())
