#!/usr/bin/env bash
# A private Docker Engine for the container stages. It needs root on Debian or Ubuntu and touches no engine that is there.
#
#   .ci/engine.sh run COMMAND...   starts it, runs the command with DOCKER_HOST and DOCKER_CONFIG set, stops it
#   .ci/engine.sh start            starts it and prints the two variables as export lines; stop ends it
#
# Images and layers are kept under ~/.cache/claudecluster/engine, so that a second run builds only what changed.
# ENGINE_NET names a network namespace for it to stand in (.ci/cluster.sh); ENGINE_RUN moves its socket and process id.
# An engine that does not start is an error: nothing falls back to skipping.
set -euo pipefail

cache="${XDG_CACHE_HOME:-$HOME/.cache}/claudecluster/engine"
run="${ENGINE_RUN:-/run/claudecluster-engine}"
keep_bytes=12000000000

say() { printf 'engine: %s\n' "$*" >&2; }

need() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^.i' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "installing ${missing[*]}"
    # No service may be started by the installation: this engine is private.
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Compose and Buildx are in Debian 13, not in 12.
plugins() {
    local into=$cache/config/cli-plugins work=$cache/plugins
    [ -x "$into/docker-compose" ] && [ -x "$into/docker-buildx" ] && return
    say 'fetching docker compose and buildx'
    mkdir -p "$into"
    "$(dirname "$0")/debian13.sh" "$work" docker-compose docker-buildx
    cp "$work"/usr/libexec/docker/cli-plugins/* "$into/"
    rm -rf "$work"
}

answers() { docker version >/dev/null 2>&1; }

start() {
    mkdir -p "$cache/data" "$cache/config" "$run"
    need docker.io iptables
    plugins
    export DOCKER_HOST=unix://$run/docker.sock DOCKER_CONFIG=$cache/config
    if answers; then return; fi
    # The lock goes with the engine: a second one on the same data would spoil it.
    setsid ${ENGINE_NET:+nsenter --net="$ENGINE_NET"} flock -n "$cache/lock" dockerd --data-root "$cache/data" --exec-root "$run/exec" \
        --pidfile "$run/dockerd.pid" --host "$DOCKER_HOST" >"$run/dockerd.log" 2>&1 </dev/null &
    for _ in $(seq 240); do
        if answers; then return; fi
        sleep 0.25
    done
    say 'the Docker Engine did not start; its last words:'
    tail -20 "$run/dockerd.log" >&2
    say '(none means that another engine holds its data: .ci/engine.sh stop)'
    return 1
}

stop() {
    local pid
    [ -s "$run/dockerd.pid" ] || return 0
    pid=$(cat "$run/dockerd.pid")
    DOCKER_HOST=unix://$run/docker.sock docker builder prune --force --keep-storage "$keep_bytes" >/dev/null 2>&1 || true
    kill -TERM "$pid" 2>/dev/null || true
    for _ in $(seq 120); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.25
    done
    say "the engine (pid $pid) does not stop: killing it"
    kill -KILL "$pid"
}

case "${1:-}" in
    run)
        shift
        start
        trap stop EXIT
        "$@"
        ;;
    start)
        start
        printf 'export DOCKER_HOST=%q DOCKER_CONFIG=%q\n' "$DOCKER_HOST" "$DOCKER_CONFIG"
        ;;
    stop) stop ;;
    *) say 'run COMMAND..., start or stop'; exit 2 ;;
esac
