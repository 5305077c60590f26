import json
import os
import subprocess
import sys
from pathlib import Path

if "SERVER_URL" in os.environ:
    headers = {"Authorization": f"Bearer {os.environ['SERVER_TOKEN']}"}
    scale = {"url": os.environ["SERVER_URL"], "headers": headers}
else:
    command, *args = json.loads(os.environ["SERVER_COMMAND"])
    scale = {"command": command, "args": args}

config = Path.home() / ".hermes/config.yaml"
config.parent.mkdir(exist_ok=True)
# JSON is YAML, too.
config.write_text(
    json.dumps(
        {
            "model": {
                "provider": "custom",
                "default": "gpt-5",
                "base_url": os.environ["MODEL_BASE_URL"],
            },
            "mcp_servers": {"scale": scale},
        }
    )
)
sys.exit(subprocess.call(["hermes", "--oneshot", sys.argv[1]]))
