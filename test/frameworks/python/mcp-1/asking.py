import asyncio
import json
import os
import sys

from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import ElicitResult
from openai import AsyncOpenAI

openai = AsyncOpenAI(base_url=os.environ["MODEL_BASE_URL"])

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    # A client of httpx itself would give up after five seconds.
    http = create_mcp_http_client(headers)
    transport = streamable_http_client(os.environ["SERVER_URL"], http_client=http)
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    transport = stdio_client(StdioServerParameters(command=command, args=args))


async def ask(context, params):
    print(params.message, "(yes/no)", file=sys.stderr)
    if input() == "yes":
        return ElicitResult(action="accept", content={"agree": True})
    return ElicitResult(action="decline")


async def main():
    async with (
        transport as (read, write, *_),
        ClientSession(read, write, elicitation_callback=ask) as scale,
    ):
        await scale.initialize()
        tools = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.inputSchema,
                },
            }
            for tool in (await scale.list_tools()).tools
        ]
        messages = [{"role": "user", "content": sys.argv[1]}]
        while True:
            answer = await openai.chat.completions.create(
                model="gpt-5", messages=messages, tools=tools
            )
            message = answer.choices[0].message
            messages.append(message)
            if not message.tool_calls:
                return print(message.content)
            for call in message.tool_calls:
                arguments = json.loads(call.function.arguments)
                result = await scale.call_tool(call.function.name, arguments)
                text = "\n".join(c.text for c in result.content if c.type == "text")
                messages.append({"role": "tool", "tool_call_id": call.id, "content": text})
                # Chat Completions take images from users only.
                for image in (c for c in result.content if c.type == "image"):
                    url = f"data:{image.mimeType};base64,{image.data}"
                    part = {"type": "image_url", "image_url": {"url": url}}
                    messages.append({"role": "user", "content": [part]})


asyncio.run(main())
