import json
import os
import sys

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(base_url=f"{os.environ['MODEL_BASE_URL']}/v1", api_key="-")
model = OpenAIChatModel("gpt-5", provider=provider)

if "SERVER_URL" in os.environ:
    toolset = MCPToolset(os.environ["SERVER_URL"], auth=os.environ["SERVER_TOKEN"])
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    toolset = MCPToolset(StdioTransport(command, args))

agent = Agent(model, toolsets=[toolset])
print(agent.run_sync(sys.argv[1]).output)
