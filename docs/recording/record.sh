#!/usr/bin/env bash
# Makes tour.cast and tour.svg anew. A packaged worker runs tour.sh as a task in a terminal of its own, and what that
# terminal printed, with its times, is fetched as an asciicast. Needs the JDK of the build, curl, and the port 3001 free.
#
#   mvn -q -Dquick -Dmaven.test.skip package && docs/recording/record.sh
#   docs/recording/record.sh check         # is tour.svg what the script makes of tour.cast?
set -euo pipefail
cd "$(dirname "$0")"

java=$(dirname "$(type -P "${JAVA_HOME:+$JAVA_HOME/bin/}java")")
if [ "${1:-}" = check ]; then
    "$java/java" AsciicastToSvg.java <tour.cast | cmp - tour.svg
    exit
fi

app=$(realpath ../../target/quarkus-app)
work=$(mktemp -d)
worker=
trap '[ -z "$worker" ] || { kill "$worker" && wait "$worker"; } || true; rm -rf "$work"' EXIT

url=http://127.0.0.1:3977
HOST=127.0.0.1 PORT=3977 WORKER_STORAGE_DATA_DIR=$work ANTHROPIC_API_KEY=none EXECUTOR_TYPE=pty CLAUDE_CLI_PATH=$PWD/tour.sh \
    PTY_TERMINAL_COLS=100 PTY_TERMINAL_ROWS=22 WORKER_TASK_ENV_TOUR_APP=$app WORKER_TASK_ENV_TOUR_JAVA=$java \
    "$java/java" "@$app/jvm.options" -jar "$app/quarkus-run.jar" >"$work/log" &
worker=$!
until curl -sf "$url/q/health/ready" >/dev/null; do
    kill -0 "$worker"
    sleep 0.2
done
answer=$(curl -sf "$url/run?wait=300s" -H 'Content-Type: application/json' -d '{"prompt":"Show yourself."}')
id=$(sed 's/.*"taskId":"\([^"]*\)".*/\1/' <<<"$answer")
grep -q '"status":"completed"' <<<"$answer" || { echo "$answer" >&2; exit 1; }
curl -sf "$url/tasks/$id/output?format=asciicast" >tour.cast
"$java/java" AsciicastToSvg.java <tour.cast >tour.svg
