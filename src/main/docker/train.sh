#!/bin/sh
# Runs the worker once, as it runs in production, so that the JVM can write down which classes it loads and how they are
# linked: the AOT cache.
set -eu

cd /tmp
export PORT=39017 HOST=127.0.0.1 WORKER_STORAGE_DATA_DIR=/tmp/train WORKER_STORAGE_WORKSPACE_ROOT=/tmp/train/workspace
unset WORKER_LOG_FILE
# With a key, as others ask it; it is good nowhere else.
key=ccw_$(printf '%064d' 0)
printf '{"keys": [{"name": "train", "sha256": "%s", "tenant": "default", "scopes": ["admin"]}]}' \
    "$(printf %s "$key" | sha256sum | cut -c 1-64)" >/tmp/keys.json
export WORKER_ACCESS_KEYS_FILE=/tmp/keys.json
# Nobody answers there, so that tasks of the real CLI end soon.
export ANTHROPIC_API_KEY=none ANTHROPIC_BASE_URL=http://127.0.0.1:9 CLAUDE_CODE_MAX_RETRIES=0
url=http://$HOST:$PORT
java @/app/quarkus-app/jvm.options -XX:AOTCacheOutput=/tmp/app.aot -jar /app/quarkus-app/quarkus-run.jar >/tmp/train.log 2>&1 &
worker=$!

failed() { cat /tmp/train.log >&2; exit 1; }
ask() { curl -sS --max-time 60 -H "Authorization: Bearer $key" -H 'Content-Type: application/json' "$@" >/dev/null || failed; }

until curl -sf "$url/q/health/ready" >/dev/null; do
    kill -0 "$worker" || failed
    sleep 0.2
done
ask -f "$url/whoami"
for round in 1 2 3; do
    ask "$url/q/health/live"
    ask "$url/q/health/started"
    ask "$url/q/metrics"
    ask "$url/hello"
    ask "$url/pty/status"
    ask "$url/workers"
    ask -X POST "$url/run?wait=30s" -d '{"prompt":"hello","timeoutMs":20000}'
    ask -X POST "$url/pty/switch" -d '{"executorType":"stub"}'
    id=$(curl -sS -X POST "$url/run" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d '{"prompt":"hello","priority":5}' |
        sed 's/.*"taskId":"\([^"]*\)".*/\1/')
    ask -N "$url/stream/$id"
    ask "$url/tasks/$id"
    ask "$url/tasks?limit=10"
    ask "$url/tasks/$id/output?format=text"
    ask "$url/tasks/$id/events"
    ask -X POST "$url/run" -d '{"prompt":""}'
    ask -X POST "$url/pty/switch" -d '{"executorType":"auto"}'
done
kill -TERM "$worker"
wait "$worker" || failed
grep -q 'AOTCache creation is complete' /tmp/train.log || failed
rm -rf /tmp/train /tmp/keys.json
