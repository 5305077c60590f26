#!/usr/bin/env bash
set -euo pipefail

openclaw config set models.providers.local --strict-json \
  "{\"baseUrl\": \"$MODEL_BASE_URL/v1\", \"apiKey\": \"local\", \"api\": \"openai-responses\", \"models\": [{\"id\": \"gpt-5\", \"name\": \"gpt-5\"}]}"

if [ -n "${SERVER_URL:-}" ]; then
  openclaw mcp add scale --url "$SERVER_URL" --transport streamable-http --header "Authorization=Bearer $SERVER_TOKEN"
else
  set -- "$1" $SERVER_LINE
  openclaw mcp add scale --command "$2" $(printf -- '--arg %s ' "${@:3}")
fi
openclaw mcp list

openclaw agent exec "$1" --model local/gpt-5
