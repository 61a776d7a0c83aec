# A task to its end through the Service; where that asks for a key, that it does. Needs nothing but bash.
set -euo pipefail

# method, path, body: the answer's status and body are in $code and $answer.
request() {
  local head
  exec 3<>"/dev/tcp/$SERVICE/$SERVICE_PORT"
  printf '%s %s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
    "$1" "$2" "$SERVICE" "${#3}" "$3" >&3
  IFS= read -r -d '' head <&3 || true
  exec 3<&- 3>&-
  code=${head#* }
  code=${code:0:3}
  answer=${head#*$'\r\n\r\n'}
}

field() { [[ $answer =~ \"$1\":\"([^\"]*)\" ]] && printf '%s' "${BASH_REMATCH[1]}"; }

fail() {
  printf 'FAILED: %s\n%s %s\n' "$1" "${code:-}" "${answer:-}"
  exit 1
}

until (exec 3<>"/dev/tcp/$SERVICE/$SERVICE_PORT") 2>/dev/null; do
  ((SECONDS < PATIENCE_SECONDS)) || fail "no connection to $SERVICE:$SERVICE_PORT within $PATIENCE_SECONDS s"
  sleep 1
done
request GET /hello ''
[[ $code == 200 ]] || fail 'the worker does not say hello'
printf 'worker:   %s\n' "$answer"

if [[ $ACCESS_MODE == key ]]; then
  # No key is here: keys are for those who ask, and the worker knows hashes only.
  request POST /run '{"prompt":"helm test: nobody asks"}'
  [[ $code == 401 ]] || fail 'a task was taken without a key'
  printf 'refused:  %s\n' "$answer"
  printf 'OK after %d s\n' "$SECONDS"
  exit 0
fi

request GET /pty/status ''
executor=$(field executorType) || fail 'the worker does not say what runs tasks'

if [[ $executor != stub ]]; then
  # The CLI runs tasks here, and a prompt would cost money: this one is accepted, never due, and cancelled.
  request POST /run '{"prompt":"helm test: never due","notBefore":"2999-01-01T00:00:00Z"}'
  [[ $code == 202 ]] || fail 'the task was not accepted'
  id=$(field taskId)
  request POST "/tasks/$id/cancel" ''
  [[ $code == 200 && $(field status) == cancelled ]] || fail 'the task was not cancelled'
else
  request POST /run '{"prompt":"#stub\nprint helm test\nsleep 200\nexit 0"}'
  [[ $code == 202 ]] || fail 'the task was not accepted'
  id=$(field taskId)
  while [[ $(field status) == pending || $(field status) == running ]]; do
    ((SECONDS < PATIENCE_SECONDS)) || fail "no end after $PATIENCE_SECONDS s"
    request GET "/tasks/$id?wait=5s" ''
    [[ $code == 200 ]] || fail 'the task is not known'
  done
  [[ $(field status) == completed ]] || fail 'the task did not complete'
fi
printf 'task:     %s\n' "$answer"
request DELETE "/tasks/$id" ''
[[ $code == 204 ]] || fail 'the task was not removed'
printf 'OK after %d s\n' "$SECONDS"
