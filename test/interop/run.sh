#!/usr/bin/env bash
# Scale's own Python SDK, unmodified, against the sandbox; and exports of every format, read by the packages that
# training uses. Needs python3 with venv, and PyPI.
# --refresh makes the virtual environment anew; --install only makes it.
set -euo pipefail
cd "$(dirname "$0")/../.."

SDK=scaleapi==2.18.4
READERS=(pycocotools==2.0.11 supervision==0.31.2 datasets==5.2.0 spacy==3.8.18 pillow==13.0.0)
VENV="${XDG_CACHE_HOME:-$HOME/.cache}/scale-ai-mcp/interop-venv"

if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo 'interop needs python3 with the venv module; install it and try again' >&2
    exit 1
  fi
  apt-get update -qq && apt-get install -y -qq python3 python3-venv
fi

[ "${1:-}" = --refresh ] && rm -rf "$VENV"
if [ "$(cat "$VENV/installed" 2>/dev/null)" != "$SDK ${READERS[*]}" ]; then
  rm -rf "$VENV"
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check "$SDK" "${READERS[@]}"
  echo "$SDK ${READERS[*]}" >"$VENV/installed"
fi

[ "${1:-}" = --install ] && exit

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

exports=$(mktemp -d)
trap 'kill $sandbox 2>/dev/null || true; wait $sandbox 2>/dev/null || true; rm -rf "$announced" "$exports"' EXIT
npx tsx test/interop/export-formats.ts "$exports"
"$VENV/bin/python" test/interop/formats.py "$exports"
