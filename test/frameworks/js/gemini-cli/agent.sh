#!/usr/bin/env bash
set -euo pipefail
export GOOGLE_GEMINI_BASE_URL="$MODEL_BASE_URL"

if [ -n "${SERVER_URL:-}" ]; then
  gemini mcp add --scope user --trust --transport http --header "Authorization: Bearer $SERVER_TOKEN" scale "$SERVER_URL"
else
  gemini mcp add --scope user --trust scale $SERVER_LINE
fi
gemini mcp list

gemini --model gemini-2.5-flash --prompt "$1"
