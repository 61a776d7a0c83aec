#!/usr/bin/env bash
# Starts an image with nothing allowed and asks it four things: is it ready, does it let nobody in without a key, does it
# run a task, does it stop when told?
#
#   .ci/smoke.sh IMAGE [OPTION OF docker run...]
set -euo pipefail
image=$1
shift

work=$(mktemp -d)
key=ccw_$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
printf '{"keys": [{"name": "smoke", "sha256": "%s", "tenant": "default", "scopes": ["tasks:read", "tasks:write"]}]}' \
    "$(printf %s "$key" | sha256sum | cut -c 1-64)" >"$work/keys.json"
chmod -R a+rX "$work"
container=$(docker run --detach --publish 127.0.0.1::3001 --env EXECUTOR_TYPE=stub --user 1000:0 --read-only --cap-drop ALL \
    --security-opt no-new-privileges --memory 512m --pids-limit 512 \
    --tmpfs /tmp --tmpfs /app/workspace:mode=0770,gid=0 --tmpfs /app/data:mode=0770,gid=0 \
    --volume "$work:/app/access:ro" --env WORKER_ACCESS_KEYS_FILE=/app/access/keys.json "$@" "$image")
finish() {
    status=$?
    if [ "$status" -ne 0 ]; then docker logs "$container" 2>&1 | tail -40 >&2; fi
    docker rm --force "$container" >/dev/null
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT

base=http://$(docker port "$container" 3001 | head -1)
begin=$SECONDS
until curl -fsS --max-time 5 "$base/q/health/ready" >/dev/null 2>&1; do
    if [ "$(docker inspect --format '{{.State.Running}}' "$container")" != true ] || [ $((SECONDS - begin)) -gt 120 ]; then
        echo "smoke: $image is not ready after $((SECONDS - begin)) s" >&2
        exit 1
    fi
    sleep 0.2
done
echo "smoke: ready after $((SECONDS - begin)) s"

code=$(curl -sS -o "$work/refusal" -w '%{http_code}' -X POST "$base/run" -H 'Content-Type: application/json' -d '{"prompt":"smoke"}')
if [ "$code" -ne 401 ]; then
    echo "smoke: without a key the answer is $code: $(cat "$work/refusal")" >&2
    exit 1
fi
echo 'smoke: without a key a task is refused'

answer=$(curl -fsS -X POST "$base/run?wait=30s" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d '{"prompt":"smoke"}')
if [[ $answer != *'"status":"completed"'* ]]; then
    echo "smoke: the task did not complete: $answer" >&2
    exit 1
fi
echo 'smoke: a task completed'

docker stop --time 60 "$container" >/dev/null
code=$(docker inspect --format '{{.State.ExitCode}}' "$container")
if [ "$code" -ne 0 ]; then
    echo "smoke: exit code $code after SIGTERM" >&2
    exit 1
fi
echo 'smoke: SIGTERM ended it with exit code 0'
