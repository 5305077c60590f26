#!/usr/bin/env bash
set -euo pipefail
export ANTHROPIC_BASE_URL="$MODEL_BASE_URL"

if [ -n "${SERVER_URL:-}" ]; then
  claude mcp add --scope user --transport http scale "$SERVER_URL" --header "Authorization: Bearer $SERVER_TOKEN"
else
  claude mcp add --scope user scale -- $SERVER_LINE
fi
claude mcp list

claude --print "$1" --allowedTools 'mcp__scale'
