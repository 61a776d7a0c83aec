#!/usr/bin/env bash
# Stands in for the Claude Code CLI while record.sh records: types commands into the task's terminal and runs them. They
# start a second worker, kill it in the middle of a task and show what became of that task.
set -uo pipefail

case " $* " in
    *" --version "*) echo '1.0 (tour)'; exit ;;
    *" -p "*) ;;
    *) exit ;;
esac
cd "$TOUR_APP" || exit 1
export PATH="$TOUR_JAVA:$PATH" HOST=127.0.0.1 EXECUTOR_TYPE=stub WORKER_STORAGE_DATA_DIR=$PWD/../tour-data
log=$PWD/../tour.log
rm -rf "$WORKER_STORAGE_DATA_DIR"
trap 'kill "$!"; while kill -0 "$!" 2>/dev/null; do sleep 0.1; done; rm -rf "$WORKER_STORAGE_DATA_DIR"' EXIT

say() { printf '\e[2m# %s\e[0m\n' "$1"; }

# Types a command word by word and runs just that.
run() {
    local word
    printf '\e[32m$\e[0m'
    for word in $1; do
        printf ' %s' "$word"
        sleep 0.06
    done
    echo
    sleep 0.4
    eval "$1"
}

ready() {
    # So that the shell does not tell of its end.
    disown
    until curl -sf localhost:3001/q/health/ready >/dev/null; do sleep 0.05; done
    say 'ready'
    sleep 0.6
}

run 'java @jvm.options -jar quarkus-run.jar >$log &'
ready
run $'task=\'{"prompt":"#stub\\nprint step one\\nsleep 5000\\nprint step two","maxAttempts":2}\''
run 'id=$(curl -s localhost:3001/run --json "$task" | cut -d\" -f4); echo $id'
sleep 2
say 'acknowledged, and running by now; then the worker dies'
run 'kill -9 $!'
run 'java @jvm.options -jar quarkus-run.jar >$log &'
ready
run 'curl -sN localhost:3001/stream/$id | grep ^data'
sleep 1
say 'both attempts, one outcome, and no byte of the first one is lost'
