#!/usr/bin/env bash
# Scale's own Python SDK, unmodified, against the sandbox. Needs python3 with venv, and PyPI.
# --refresh makes the virtual environment anew.
set -euo pipefail
cd "$(dirname "$0")/../.."

SDK=scaleapi==2.18.4
VENV="${XDG_CACHE_HOME:-$HOME/.cache}/scale-ai-mcp/interop-venv"

if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo 'interop needs python3 with the venv module; install it and try again' >&2
    exit 1
  fi
  apt-get update -qq && apt-get install -y -qq python3 python3-venv
fi

[ "${1:-}" = --refresh ] && rm -rf "$VENV"
if ! "$VENV/bin/pip" freeze 2>/dev/null | grep -qx "$SDK"; then
  rm -rf "$VENV"
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check "$SDK"
fi

npm run --silent build
announced=$(mktemp)
node dist/cli.js sandbox --port 0 --turnaround 400ms --seed empty --log-level error >"$announced" &
sandbox=$!
trap 'kill $sandbox 2>/dev/null || true; wait $sandbox 2>/dev/null || true; rm -f "$announced"' EXIT
for _ in $(seq 100); do
  grep -q '^control' "$announced" && break
  sleep 0.1
done
base_url=$(sed -n 's/^Scale sandbox *//p' "$announced")
live_key=$(sed -n 's/^live-like key *//p' "$announced")
test_key=$(sed -n 's/^test key *//p' "$announced")

"$VENV/bin/python" test/interop/scaleapi_client.py "$base_url" "$live_key" "$test_key"
