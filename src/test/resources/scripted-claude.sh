#!/bin/bash
# A stand-in for the CLI that needs neither an API nor a key: its prompt (standard input) is a shell script, which prints
# what the CLI would. Of its own it answers --version and `auth status` only.
#
# Helpers for prompts:
#   event JSON                one line of stream-json, as it stands
#   init                      the first line of a turn
#   session                   a session file that a retry or a follow-up can go on with
#   say TEXT                  a text of the assistant
#   tool ID [NAME]            the assistant calls a tool
#   answered ID [TEXT]        the tool's answer
#   background ID [KIND]      a task begins in the background
#   settled ID [STATUS]       it ends: completed, failed, stopped
#   ok TEXT [COST]            a result that is a success
#   cutoff STOP_REASON [TEXT] a success whose last answer stopped for this reason
#   bad STATUS TEXT           a result that is a failure of the API
#   failed SUBTYPE [TEXT]     a result with another subtype than success
# TEXT stands inside of JSON: it needs no quotes around it, and a quote in it a backslash.
VERSION=${SCRIPTED_VERSION:-2.1.330 (Claude Code)}
case " $* " in
    *" --version "*) echo "$VERSION"; exit 0 ;;
    *" auth "*) echo '{"loggedIn":true}'; exit 0 ;;
esac

S=00000000-0000-4000-8000-000000000001
SCHEMA=
for argument in "$@"; do
    case "$argument" in
        --session-id=*) S=${argument#--session-id=} ;;
        --resume=*) S=${argument#--resume=} ;;
        --json-schema=*) SCHEMA=${argument#--json-schema=} ;;
    esac
done

event() { printf '%s\n' "$1"; }
init() { event '{"type":"system","subtype":"init","session_id":"'"$S"'"}'; }
say() { event '{"type":"assistant","message":{"content":[{"type":"text","text":"'"$1"'"}]}}'; }
tool() { event '{"type":"assistant","message":{"content":[{"type":"tool_use","id":"'"$1"'","name":"'"${2:-Bash}"'","input":{}}]}}'; }
answered() { event '{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"'"$1"'","content":"'"${2:-}"'"}]}}'; }
background() { event '{"type":"system","subtype":"task_started","task_id":"'"$1"'","task_type":"'"${2:-local_bash}"'"}'; }
settled() { event '{"type":"system","subtype":"task_notification","task_id":"'"$1"'","status":"'"${2:-completed}"'"}'; }
result() { event '{"type":"result","num_turns":1,"session_id":"'"$S"'",'"$1"'}'; }
ok() { result '"subtype":"success","is_error":false,"result":"'"$1"'","total_cost_usd":'"${2:-0.01}"; }
cutoff() { result '"subtype":"success","is_error":false,"stop_reason":"'"$1"'","result":"'"${2:-}"'"'; }
bad() { result '"subtype":"success","is_error":true,"api_error_status":'"$1"',"result":"'"$2"'"'; }
failed() { result '"subtype":"'"$1"'","is_error":true,"errors":["'"${2:-}"'"]'; }
session() {
    mkdir -p "$CLAUDE_CONFIG_DIR/projects/x"
    event '{"type":"user","message":{"content":"hi"},"sessionId":"'"$S"'"}' >"$CLAUDE_CONFIG_DIR/projects/x/$S.jsonl"
}

eval "$(cat)"
