import json
import os
import sys

from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

model = OpenAIChatModel("gpt-5", provider=OpenAIProvider(base_url=os.environ["MODEL_BASE_URL"]))

async def ask(message, response_type, params, context):
    print(message, "(yes/no)", file=sys.stderr)
    if input() == "yes":
        return response_type(agree=True)
    return ElicitResult(action="decline")


# Without this a call that is refused twice, as while it waits for a person's yes, ends the run.
options = {"tool_error_behavior": "failed", "elicitation_handler": ask}
if "SERVER_URL" in os.environ:
    scale = MCPToolset(os.environ["SERVER_URL"], auth=os.environ["SERVER_TOKEN"], **options)
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    scale = MCPToolset(StdioTransport(command, args), **options)

agent = Agent(model, toolsets=[scale])
print(agent.run_sync(sys.argv[1]).output)
