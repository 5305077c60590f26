import asyncio
import json
import os
import sys

from fastmcp import Client
from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import StdioTransport
from openai import AsyncOpenAI

openai = AsyncOpenAI(base_url=os.environ["MODEL_BASE_URL"])

async def ask(message, response_type, params, context):
    print(message, "(yes/no)", file=sys.stderr)
    if input() == "yes":
        return response_type(agree=True)
    return ElicitResult(action="decline")


if "SERVER_URL" in os.environ:
    scale = Client(
        os.environ["SERVER_URL"], auth=os.environ["SERVER_TOKEN"], elicitation_handler=ask
    )
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    scale = Client(StdioTransport(command, args), elicitation_handler=ask)


async def main():
    async with scale:
        tools = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.input_schema,
                },
            }
            for tool in await scale.list_tools()
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
                # The model reads for itself why a call was refused.
                arguments = json.loads(call.function.arguments)
                result = await scale.call_tool(call.function.name, arguments, raise_on_error=False)
                text = "\n".join(c.text for c in result.content if c.type == "text")
                messages.append({"role": "tool", "tool_call_id": call.id, "content": text})
                # Chat Completions take images from users only.
                for image in (c for c in result.content if c.type == "image"):
                    url = f"data:{image.mime_type};base64,{image.data}"
                    part = {"type": "image_url", "image_url": {"url": url}}
                    messages.append({"role": "user", "content": [part]})


asyncio.run(main())
