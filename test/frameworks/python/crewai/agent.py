import json
import os
import sys

from crewai import LLM, Agent
from crewai_tools import MCPServerAdapter
from mcp import StdioServerParameters

llm = LLM(model="openai/gpt-5", base_url=os.environ["MODEL_BASE_URL"])

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    server = {"transport": "streamable-http", "url": os.environ["SERVER_URL"], "headers": headers}
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    server = StdioServerParameters(command=command, args=args)

with MCPServerAdapter(server) as tools:
    agent = Agent(
        role="Labeling",
        goal="Have photographs labeled",
        backstory="You have people draw what a picture shows.",
        llm=llm,
        tools=list(tools),
        max_iter=50,
    )
    print(agent.kickoff(sys.argv[1]).raw)
