#!/usr/bin/env bash
set -euo pipefail

if [ -n "${SERVER_URL:-}" ]; then
  codex mcp add scale --url "$SERVER_URL" --bearer-token-env-var SERVER_TOKEN
else
  codex mcp add scale -- $SERVER_LINE
fi
codex mcp list

# Without an approval mode, `exec` refuses every tool that changes something; what is not required, it does not wait for.
codex exec --skip-git-repo-check \
  --config model_provider=local \
  --config "model_providers.local={name=\"local\",base_url=\"$MODEL_BASE_URL/v1\",wire_api=\"responses\",env_key=\"OPENAI_API_KEY\"}" \
  --config 'mcp_servers.scale.default_tools_approval_mode="approve"' \
  --config 'mcp_servers.scale.required=true' \
  "$1"
