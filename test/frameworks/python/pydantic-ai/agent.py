import json
import os
import sys

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

model = OpenAIChatModel("gpt-5", provider=OpenAIProvider(base_url=os.environ["MODEL_BASE_URL"]))

# Without this a call that is refused twice, as while it waits for a person's yes, ends the run.
refusals = {"tool_error_behavior": "failed"}
if "SERVER_URL" in os.environ:
    scale = MCPToolset(os.environ["SERVER_URL"], auth=os.environ["SERVER_TOKEN"], **refusals)
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    scale = MCPToolset(StdioTransport(command, args), **refusals)

agent = Agent(model, toolsets=[scale])
print(agent.run_sync(sys.argv[1]).output)
