#!/usr/bin/env bash
# Follows the pages as somebody who is new does: the README's run command and its three requests, then what the other
# pages tell people to do with a worker that runs here. All of it in a checkout with a space in its path.
#
#   .ci/newcomer.sh JDK PORT          JDK: the home of a JDK 25 or later; PORT: to listen on
set -euo pipefail
cd "$(dirname "$0")/.."

jdk=$1
port=$2
work=$(mktemp -d)
worker=
trap 'end_worker; rm -rf "$work"' EXIT

# start PAGE BLOCK NAME=VALUE...: a worker, by a block of commands whose last one runs until it is ended.
start() {
    local page=$1 block=$2
    shift 2
    .ci/commands-of.sh --block "$block" "$page" >"$work/commands"
    env -C "$checkout" JAVA_HOME="$jdk" PORT="$port" "$@" setsid bash -euxo pipefail "$work/commands" >"$work/log" 2>&1 &
    worker=$!
    for _ in $(seq 600); do
        curl -sf "http://localhost:$port/q/health/ready" >/dev/null && return
        kill -0 "$worker" || break
        sleep 0.5
    done
    cat "$work/log" >&2
    return 1
}

# A group of their own, so that Maven and the worker that it runs are both told.
end_worker() {
    [ -n "$worker" ] || return 0
    kill -TERM -- "-$worker" 2>/dev/null || true
    wait "$worker" || true
    worker=
}

# The README's three requests; the last one with the id that the one before has brought.
three_requests() {
    .ci/commands-of.sh --block 2 README.md |
        sed "s|localhost:3001|localhost:$port|; s|^curl |curl -sf --max-time 60 |" >"$work/requests"
    bash -euxc "$(head -n -1 "$work/requests")" >"$work/answers"
    grep -q '"status":"available"' "$work/answers"
    id=$(sed -n 's/.*"taskId":"\([^"]*\)".*/\1/p' "$work/answers")
    bash -euxc "$(tail -n 1 "$work/requests" | sed "s|/stream/[^ ]*|/stream/$id|")" | tee "$work/stream"
    grep -q '"status":"completed"' "$work/stream"
}

metrics() {
    curl -sf -H 'Accept: text/plain; version=0.0.4' "http://localhost:$port/q/metrics" | "$(.ci/promtool.sh)" check metrics
}

# Those that stand in a sentence: `curl http://localhost:3001/hello`.
inline_requests() {
    grep -rhoE --include='*.md' '`curl [^`]+`' README.md docs | tr -d '`' | sort -u |
        sed "s|localhost:3001|localhost:$port|; s|^curl |curl -sfS --max-time 60 |" >"$work/inline"
    [ -s "$work/inline" ]
    bash -euxo pipefail "$work/inline"
    echo
}

# The first minute of docs/access.md: a worker that is given the file knows the key, as the page says, and asks others.
first_key() {
    .ci/commands-of.sh --block 1 docs/access.md >"$work/make"
    .ci/commands-of.sh --block 2 docs/access.md | sed "s|localhost:3001|localhost:$port|; s|^curl |curl -sf |" >"$work/use"
    (cd "$work" && bash -euo pipefail -c '. ./make; declare -p KEY >key')
    start README.md 1 PATH="$jdk/bin:$PATH" WORKER_STORAGE_DATA_DIR="$work/asks" WORKER_ACCESS_KEYS_FILE="$work/keys.json"
    (cd "$work" && bash -euo pipefail -c '. ./key; . ./use') | tee "$work/known"
    grep -qxF "$(cat "$work/known")" docs/access.md
    [ "$(curl -s -o /dev/null -w '%{http_code}' "http://localhost:$port/tasks")" = 401 ]
    end_worker
}

checkout="$work/a checkout"
mkdir "$checkout" "$work/wrong"
find . -mindepth 1 -maxdepth 1 ! -name target ! -name .git -exec cp -a -t "$checkout" {} +
printf '#!/bin/sh\nexit 1\n' >"$work/wrong/java"
chmod +x "$work/wrong/java"

# Only JAVA_HOME leads to the right JDK.
start README.md 1 PATH="$work/wrong:$PATH" WORKER_STORAGE_DATA_DIR="$work/data"
three_requests
metrics
end_worker

start docs/getting-started.md 1 PATH="$jdk/bin:$PATH" WORKER_STORAGE_DATA_DIR="$work/other" EXECUTOR_TYPE=stub
.ci/commands-of.sh docs/getting-started.md "localhost:3001=localhost:$port"
.ci/commands-of.sh docs/api.md "localhost:3001=localhost:$port"
.ci/commands-of.sh docs/operations.md "localhost:3001=localhost:$port"
inline_requests
end_worker

first_key

env -C "$checkout" JAVA_HOME="$jdk" .ci/commands-of.sh AGENTS.md
