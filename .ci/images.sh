#!/usr/bin/env bash
# Builds the images and runs them: the container tests, and every command of docs/docker.md. It begins with the packaged
# worker's sources and test classes (mvn package), and with a real engine.
#
#   .ci/engine.sh run .ci/images.sh                  all of it
#   .ci/engine.sh run .ci/images.sh images           all but the times, which want a machine for themselves
#   .ci/engine.sh run .ci/images.sh first-answer     the times, of images that are built
set -euo pipefail
cd "$(dirname "$0")/.."

unset PORT DEBUG_PORT
cache="${XDG_CACHE_HOME:-$HOME/.cache}/claudecluster"
version=$(sed -n 's/^  <version>\(.*\)<\/version>$/\1/p' pom.xml | head -1)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)

lint() {
    local bin=$cache/lint/node_modules/.bin/dockerfile-utils file
    [ -x "$bin" ] || npm install --prefix "$cache/lint" --ignore-scripts --no-audit --no-fund --loglevel=error dockerfile-utils@0.16.3
    for file in Dockerfile.* src/main/docker/Dockerfile.base; do "$bin" lint "$file"; done
    docker compose --file compose.yaml --profile postgres config --quiet
    docker compose --file compose.dev.yaml config --quiet
}

build() {
    docker build --file "$1" --tag "$2" \
        --build-arg "VERSION=$version" --build-arg "REVISION=$revision" .
}

jib() {
    build src/main/docker/Dockerfile.base "claudecluster/worker-base:$version"
    # Its classes are those of mvn package; only what Quarkus makes of them is another.
    mvn -B -ntp -q -Pjib -Dquick -Dmaven.test.skip -Dmaven.main.skip package
}

sizes() {
    printf '\n%-44s %s\n' image size
    docker images --format '{{.Repository}}:{{.Tag}} {{.Size}}' | grep '^claudecluster/' | sort |
        while read -r name size; do printf '%-44s %s\n' "$name" "$size"; done
    printf '\nlayers of claudecluster/worker:%s, the application at the top\n' "$version"
    docker history --format '{{.Size}}	{{.CreatedBy}}' "claudecluster/worker:$version" | cut -c 1-120 | grep -v '^0B' || true
}

tests() {
    mvn -B -ntp -Pcontainers "-Dit.test=$1" toolchains:select-jdk-toolchain@default failsafe:integration-test failsafe:verify
}

# To the kernel all containers together are one process among the host's, so on a busy machine it would be the neighbours
# that are measured. Nothing of .ci/run goes on beside it; this is for what else there may be. Where the cgroups are not the engine's own (systemd) that is so.
first_answer() {
    local status=0
    rm -f target/first-answer.txt
    weigh 20
    tests FirstAnswerIT || status=$?
    weigh 1
    [ ! -f target/first-answer.txt ] || cat target/first-answer.txt
    return "$status"
}

# So many times what they weigh by default, in either version of cgroups.
weigh() {
    local root=/sys/fs/cgroup weight
    if [ -d "$root/cpu" ]; then
        weight="$root/cpu/docker/cpu.shares $((1024 * $1))"
    else
        weight="$root/docker/cpu.weight $((100 * $1))"
    fi
    mkdir -p "$(dirname "${weight% *}")" && echo "${weight#* }" >"${weight% *}" || echo "containers weigh as before: no ${weight% *}"
}

# compose.dev.yaml: what is written while it runs is there at the next request. In a copy, since a source is added.
hot_reload() {
    local copy status=0
    copy=$(mktemp -d)
    cp -r pom.xml compose.dev.yaml Dockerfile.jvm .dockerignore "$copy"
    mkdir "$copy/src"
    cp -r src/main "$copy/src/main"
    chmod -R a+rX "$copy"
    local -x PORT=${CI_DEV_PORT:-3978} DEBUG_PORT=${CI_DEBUG_PORT:-3979}
    # Of another checkout, perhaps: its store may have a schema, and its classes a migration, that never landed.
    docker volume rm --force claudecluster-dev_data claudecluster-dev_target
    docker compose --file "$copy/compose.dev.yaml" up --detach --build --wait && reloads "$copy" || status=$?
    [ "$status" -eq 0 ] || docker compose --file "$copy/compose.dev.yaml" logs --tail 60
    docker compose --file "$copy/compose.dev.yaml" down --timeout 45
    rm -rf "$copy"
    return "$status"
}

reloads() {
    printf '%s\n' 'package org.claudecluster.worker.api;' '@jakarta.ws.rs.Path("/reloaded")' \
        'public class Reloaded { @jakarta.annotation.security.PermitAll @jakarta.ws.rs.GET public String get() { return "reloaded"; } }' \
        >"$1/src/main/java/org/claudecluster/worker/api/Reloaded.java"
    for _ in $(seq 60); do
        [ "$(curl -s "http://localhost:$PORT/reloaded")" != reloaded ] || { echo 'hot reload: seen at the next request'; return; }
        sleep 1
    done
    echo 'hot reload: not seen within a minute' >&2
    return 1
}

images() {
    # docs/docker.md uses it.
    command -v jq >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends jq >/dev/null; }
    .ci/base-images.sh
    lint
    build Dockerfile.jvm "claudecluster/worker:$version"
    jib
    sizes
    .ci/smoke.sh "claudecluster/worker:$version"
    tests '*ImageIT'
    hot_reload
    .ci/commands-of.sh docs/docker.md
}

case "${1:-all}" in
    all)
        images
        first_answer
        ;;
    images) images ;;
    first-answer) first_answer ;;
    *)
        echo "images: all, images or first-answer; got '$1'" >&2
        exit 2
        ;;
esac
