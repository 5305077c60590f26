import asyncio
import json
import os

from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    server = streamable_http_client(
        os.environ["SERVER_URL"], http_client=create_mcp_http_client(headers)
    )
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    server = StdioServerParameters(command=command, args=args)


async def main():
    async with Client(server) as client:
        print(len((await client.list_tools()).tools), "tools")
        for call in json.loads(os.environ["CALLS"]):
            result = await client.call_tool(call["tool"], call["args"])
            print(result.model_dump_json(exclude_none=True))


asyncio.run(main())
