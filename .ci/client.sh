#!/usr/bin/env bash
# Generates a client of the OpenAPI document that the packaged worker serves, compiles it strictly and lets it run a task
# on that worker: examples/typescript, as docs/api.md tells people to do it. Needs Node, and what mvn verify has packaged.
#
#   .ci/client.sh JDK PORT          JDK: the home of a JDK 25 or later; PORT: to listen on, on 127.0.0.1
set -euo pipefail
cd "$(dirname "$0")/.."

jdk=$1
url=http://127.0.0.1:$2
begin=$SECONDS
modules=$(.ci/npm-modules.sh examples/typescript)
work=$(mktemp -d)
worker=
finish() {
    [ -z "$worker" ] || { kill -TERM "$worker" 2>/dev/null && wait "$worker"; } || true
    rm -rf "$work"
}
trap finish EXIT

EXECUTOR_TYPE=stub HOST=127.0.0.1 PORT=$2 WORKER_STORAGE_DATA_DIR="$work/data" \
    "$jdk/bin/java" @target/quarkus-app/jvm.options -jar target/quarkus-app/quarkus-run.jar >"$work/log" 2>&1 &
worker=$!
until curl -sf --max-time 5 "$url/q/health/ready" >/dev/null; do
    if ! kill -0 "$worker" 2>/dev/null || [ $((SECONDS - begin)) -gt 120 ]; then
        cat "$work/log" >&2
        exit 1
    fi
    sleep 0.2
done

mkdir "$work/client"
cp examples/typescript/{package.json,tsconfig.json,client.ts} "$work/client/"
ln -s "$modules/node_modules" "$work/client/node_modules"
cd "$work/client"
export WORKER_URL=$url
npm run --silent generate
npm run --silent build
timeout 60 npm run --silent start | tee "$work/out"
for expected in 'completed: exit code 0' 'Hello from a client' 'cancelled: cancelled' \
    '400 urn:claudecluster:problem:invalid-request: priority must be 1 to 10'; do
    grep -qF "$expected" "$work/out" || { echo "client: it did not say: $expected" >&2; exit 1; }
done
echo "client: generated, compiled and run in $((SECONDS - begin)) s"
