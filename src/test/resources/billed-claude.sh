#!/bin/bash
# A stand-in for the CLI that asks the API stub and runs what tool it calls, so that its runs are billed. Its version is
# the end of its file name. From 2.1.330 on it tells the cost and the models' tokens of all its session, which it keeps at
# its end and when its terminal hangs up; older ones tell those of the process. `usage` is the process's in both.
VERSION=${0##*-}
case " $* " in
    *" --version "*) echo "$VERSION (Claude Code)"; exit 0 ;;
    *" auth "*) echo '{"loggedIn":true}'; exit 0 ;;
esac
export LC_ALL=C
S=
for argument in "$@"; do
    case "$argument" in
        --session-id=*) S=${argument#--session-id=} ;;
        --resume=*) S=${argument#--resume=} ;;
    esac
done

SESSION=$CLAUDE_CONFIG_DIR/projects/x/$S
SAID=$SESSION/said
KEPT=$SESSION/kept
mkdir -p "$SESSION"
INTERRUPTED='{"role":"assistant","content":"calling"}'
# Tokens: input, output, read from the cache, written to it.
USED=(0 0 0 0)
BEFORE=(0 0 0 0)
[ -e "$KEPT" ] && read -ra BEFORE <"$KEPT"

keep() {
    [ "$VERSION" = 2.1.197 ] && return
    for i in 0 1 2 3; do BEFORE[i]=$((BEFORE[i] + USED[i])); done
    echo "${BEFORE[@]}" >"$KEPT"
}
trap 'keep; exit 129' HUP

message() {
    [ -s "$SAID" ] && printf ',' >>"$SAID"
    printf '%s' "$1" >>"$SAID"
}
answered() { message '{"role":"user","content":[{"type":"tool_result","content":"'"$1"'"}]}'; }

ask() {
    local address=${ANTHROPIC_BASE_URL#http://}
    local body='{"model":"claude-sonnet-4-5","tools":[{"name":"Bash"}],"messages":['$(<"$SAID")']}'
    exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
    printf 'POST /v1/messages HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' \
        "$address" "${#body}" "$body" >&3
    ANSWER=$(cat <&3)
    exec 3<&-
    STATUS=${ANSWER:9:3}
}

count() {
    [[ $ANSWER =~ \"$2\":([0-9]+) ]]
    USED[$1]=$((USED[$1] + BASH_REMATCH[1]))
}

event() { printf '%s\n' "$1"; }

result() {
    local usage="${USED[*]}"
    keep
    # What was kept has this process in it.
    local all=("${BEFORE[@]}")
    [ "$VERSION" = 2.1.197 ] && all=("${USED[@]}")
    local micros=$((all[0] * 3 + all[1] * 15 + all[2] * 3 / 10 + all[3] * 15 / 4)) models=
    [ "$micros" -gt 0 ] && models='"claude-sonnet-4-5":{"inputTokens":'${all[0]}',"outputTokens":'${all[1]}',"cacheReadInputTokens":'${all[2]}',"cacheCreationInputTokens":'${all[3]}'}'
    # shellcheck disable=SC2086
    printf '{"type":"result","subtype":"success","num_turns":1,"session_id":"%s","total_cost_usd":%d.%06d,"modelUsage":{%s},"usage":{"input_tokens":%d,"output_tokens":%d,"cache_read_input_tokens":%d,"cache_creation_input_tokens":%d},%s}\n' \
        "$S" $((micros / 1000000)) $((micros % 1000000)) "$models" $usage "$1"
}

PROMPT=$(sed 's/[\\"]/\\&/g')
[[ -e "$SAID" && $(<"$SAID") == *"$INTERRUPTED" ]] && answered interrupted
message '{"role":"user","content":"'"$PROMPT"'"}'
event '{"type":"user","message":{"content":"'"$PROMPT"'"},"sessionId":"'"$S"'"}' >>"$SESSION.jsonl"
event '{"type":"system","subtype":"init","session_id":"'"$S"'"}'
while :; do
    ask
    [ "$STATUS" -ge 500 ] && ask
    case "$STATUS" in
        200)
            count 0 input_tokens
            count 1 output_tokens
            count 2 cache_read_input_tokens
            count 3 cache_creation_input_tokens
            if ! [[ $ANSWER =~ \"command\":\"([^\"]*)\" ]]; then
                event '{"type":"assistant","message":{"content":[{"type":"text","text":"done"}]}}'
                message '{"role":"assistant","content":"done"}'
                result '"is_error":false,"stop_reason":"end_turn","result":"done"'
                exit 0
            fi
            message "$INTERRUPTED"
            # Waited for in this way, since else the hangup would be heard of at the tool's end only.
            sh -c "${BASH_REMATCH[1]}" &
            wait $!
            answered 'done'
            ;;
        429)
            [[ ${ANSWER,,} =~ anthropic-ratelimit-unified-reset:\ ([0-9]+) ]]
            event '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":'"${BASH_REMATCH[1]}"'}}'
            result '"is_error":true,"api_error_status":429,"api_error":"usage_limit_reached","result":"You'\''ve hit your session limit"'
            exit 1
            ;;
        *)
            result '"is_error":true,"api_error_status":'"$STATUS"',"result":"API Error: '"$STATUS"'"'
            exit 1
            ;;
    esac
done
