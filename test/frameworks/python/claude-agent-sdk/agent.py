import asyncio
import json
import os
import sys

from claude_agent_sdk import ClaudeAgentOptions, ResultMessage, query

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    scale = {"type": "http", "url": os.environ["SERVER_URL"], "headers": headers}
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    scale = {"type": "stdio", "command": command, "args": args}

options = ClaudeAgentOptions(
    mcp_servers={"scale": scale},
    allowed_tools=["mcp__scale__*"],
    env={"ANTHROPIC_BASE_URL": os.environ["MODEL_BASE_URL"]},
)


async def main():
    async for message in query(prompt=sys.argv[1], options=options):
        if isinstance(message, ResultMessage):
            print(message.result)


asyncio.run(main())
