#!/usr/bin/env bash
set -euo pipefail
export GOOGLE_GEMINI_BASE_URL="$MODEL_BASE_URL"
export GEMINI_CLI_TRUST_WORKSPACE=true # in a folder that is not trusted, servers stay off

mkdir -p ~/.gemini
echo '{ "security": { "auth": { "selectedType": "gemini-api-key" } } }' > ~/.gemini/settings.json

if [ -n "${SERVER_URL:-}" ]; then
  gemini mcp add --scope user --trust --transport http --header "Authorization: Bearer $SERVER_TOKEN" scale "$SERVER_URL"
else
  gemini mcp add --scope user --trust scale $SERVER_LINE
fi
gemini mcp list

gemini --model gemini-2.5-flash --prompt "$1"
