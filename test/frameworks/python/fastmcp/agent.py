import asyncio
import json
import os

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

if "SERVER_URL" in os.environ:
    client = Client(os.environ["SERVER_URL"], auth=os.environ["SERVER_TOKEN"])
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    client = Client(StdioTransport(command, args))


async def main():
    async with client:
        print(len(await client.list_tools()), "tools")
        for call in json.loads(os.environ["CALLS"]):
            result = await client.call_tool(call["tool"], call["args"], raise_on_error=False)
            print(*result.content, result.structured_content, sep="\n")


asyncio.run(main())
