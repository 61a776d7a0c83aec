# Runs the stages that .ci/run describes: one after another, or beside the others in a copy of the tree; leaves out those
# whose inputs have passed before, and says what took how long. Sourced, not run. .ci/run-test.sh shows what it promises.

cache="${XDG_CACHE_HOME:-$HOME/.cache}/claudecluster"
records=$cache/passed
record_days=7
left_out_by_itself=77 # exit code of a stage that can't run here and says so
copy=target/aside

stages=()
declare -A titles inputs
all= # --all: nothing is left out
lane= lane_stages=() printed=() state=

# ---- what there is

# describe ID TITLE [PATH...]: the function stage_ID runs it. With paths (of git: folders, files, ':!PATH' for what is not
# meant) it is left out while they and the tools are what they were when it passed.
describe() {
    local id=$1
    stages+=("$id")
    titles[$id]=$2
    shift 2
    inputs[$id]=$(printf '%s\n' "$@")
}

# ---- inputs and records

# The work tree as git would store it now, by content and mode: no time of a file counts. Nothing is written to .git.
snapshot() {
    mkdir "$1" && GIT_OBJECT_DIRECTORY=$1 GIT_INDEX_FILE=$1/index git add --all . >/dev/null 2>&1
}

# Prints a hash of a stage's inputs: its paths, the scripts that run it, the machine's tools. Nothing where git can't tell.
input_hash() {
    local id=$1 now path paths=()
    [ -n "${inputs[$id]}" ] || return 0
    now=$(mktemp -d "$state/now.XXXXXX")
    snapshot "$now/objects" || { echo "stages: git can't tell what is here, so nothing is left out" >&2; return 0; }
    local -x GIT_INDEX_FILE=$now/objects/index
    mapfile -t paths <<<"${inputs[$id]}"
    for path in "${paths[@]}"; do
        [[ $path == :!* ]] || [ -n "$(git ls-files -- "$path")" ] || { echo "stages: $id names $path, where nothing is" >&2; return 1; }
    done
    { echo "$id"; cat "$state/versions"; git ls-files --stage -- "${paths[@]}" .ci/run .ci/stages.sh; } | sha256sum | cut -d' ' -f1
    rm -rf "$now"
}

# A record is one line: when it passed, in how many seconds, which commit. Anything else, or an old one, is none.
record_of() {
    local line when
    line=$(head -c 200 "$1" 2>/dev/null) || return 1
    [[ $line =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z\ [0-9]+\ [0-9a-z]+$ ]] || return 1
    when=$(date -d "${line%% *}" +%s 2>/dev/null) || return 1
    [ "$when" -gt "$(date -d "${2:-$record_days} days ago" +%s)" ] && [ "$when" -le "$(date -d '1 hour' +%s)" ] || return 1
    printf '%s\n' "$line"
}

record() {
    local id=$1 seconds=$2 hash=$3 line name
    line="$(date -u +%FT%TZ) $seconds $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
    mkdir -p "$records/$id"
    find "$records/$id" -type f -mtime +30 -delete
    for name in last $hash; do
        echo "$line" >"$records/$id/.new.$BASHPID" && mv "$records/$id/.new.$BASHPID" "$records/$id/$name"
    done
}

# Says why a stage is left out; fails when it has to run.
left_out() {
    local line when seconds commit
    [ -z "$all" ] && [ -n "$2" ] && line=$(record_of "$records/$1/$2") || return 1
    read -r when seconds commit <<<"$line"
    echo "left out: passed with the same inputs on $when in $seconds s (commit $commit); .ci/run $1 or --all runs it"
}

# ---- running

note() { printf '%s\n' "$1" >>"$state/summary"; }

# note_tests_left_out FILE DIRECTORY...: tells in the summary which tests left themselves out and why, by the reports of
# surefire in these directories that are newer than the file.
note_tests_left_out() {
    local since=$1 count reason directories=()
    shift
    for directory; do [ ! -d "$directory" ] || directories+=("$directory"); done
    [ "${#directories[@]}" -gt 0 ] || return 0
    while read -r count reason; do
        note "           $count left out: $reason"
    done < <(
        find "${directories[@]}" -name 'TEST-*.xml' -newer "$since" -exec sed -nE \
            -e '/<skipped/ { s/.*<skipped[^>]* message="([^"]*)".*/\1/; t found' \
            -e 's/.*<skipped[^>]*><!\[CDATA\[[A-Za-z0-9.$]*: (.*)/\1/; t found' \
            -e 's/.*/no reason is given/; :found' \
            -e 's/]]>.*//; s/&apos;/'\''/g; s/&quot;/"/g; s/&amp;/\&/g; p }' {} + | sort | uniq -c
    )
}

# note_tests_tried_again FILE DIRECTORY...: tells in the summary which tests passed only when they were tried again, by the
# same reports.
note_tests_tried_again() {
    local since=$1 test directories=()
    shift
    for directory; do [ ! -d "$directory" ] || directories+=("$directory"); done
    [ "${#directories[@]}" -gt 0 ] || return 0
    while read -r test; do
        note "           failed, and passed when it was tried again: $test"
    done < <(
        find "${directories[@]}" -name 'TEST-*.xml' -newer "$since" -exec sed -nE \
            -e '/<testcase / { s/.*<testcase name="([^"]*)" classname="([^"]*)".*/\2 \1/; h }' \
            -e '/<flaky(Failure|Error)/ { g; p }' {} + | sort -u
    )
}

# Runs one stage in a shell of its own, which the first failing command ends, and leaves its exit code in $state/ID. Never
# call it in a condition: bash would ignore failing commands in all that it calls.
run_stage() {
    local id=$1 begin=$SECONDS hash= code=0
    printf '\n== %s: %s\n' "$id" "${titles[$id]}"
    hash=$(input_hash "$id") || { code=1; note "   - s  $id: FAILED: its inputs are not there"; }
    if [ "$code" -eq 0 ] && [ -z "${wanted:-}" ] && left_out "$id" "$hash"; then
        note "   - s  $id: left out"
        echo 0 >"$state/$id"
        return
    fi
    if [ "$code" -eq 0 ]; then
        set +e
        (set -e; "stage_${id//-/_}")
        code=$?
        set -e
        finished "$id" "$code" $((SECONDS - begin)) "$hash"
        [ "$code" -ne "$left_out_by_itself" ] || code=0
    fi
    echo "$code" >"$state/$id"
}

finished() {
    local id=$1 code=$2 seconds=$3 hash=$4
    case $code in
        0)
            # What was changed meanwhile was not tried.
            [ "$hash" = "$(input_hash "$id")" ] || hash=
            record "$id" "$seconds" "$hash"
            note "$(printf '%4d s  %s' "$seconds" "$id")"
            ;;
        "$left_out_by_itself") note "   - s  $id: left out" ;;
        *) note "$(printf '%4d s  %s: FAILED with exit code %s' "$seconds" "$id" "$code")" ;;
    esac
}

# Runs these here, one after another. The first that fails ends the run.
one_after_another() {
    local id
    for id; do
        run_stage "$id"
        [ "$(cat "$state/$id")" -eq 0 ] || exit 1
        print_finished
    done
}

# Starts these beside what follows, one after another, in a copy of the tree, so that no two touch one target directory.
beside() {
    lane_stages=("$@")
    # A process group of its own, which can be ended whole.
    set -m
    run_lane </dev/null &
    set +m
    lane=$!
}

run_lane() {
    trap - EXIT
    local id
    set +e
    copy_tree >"$state/copy.log" 2>&1 || { cat "$state/copy.log" >"$state/${lane_stages[0]}.log"; echo 1 >"$state/${lane_stages[0]}"; exit 1; }
    cd "$copy" || exit 1
    set -e
    for id in "${lane_stages[@]}"; do
        run_stage "$id" >"$state/$id.log" 2>&1
        [ "$(cat "$state/$id")" -eq 0 ] || exit 1
    done
}

copy_tree() {
    rm -rf "$copy"
    mkdir -p "$copy/target"
    find . -mindepth 1 -maxdepth 1 ! -name target -exec cp -a -t "$copy" {} + &&
        find target -mindepth 1 -maxdepth 1 ! -path "$copy" ! -name postgres ! -name test-data -exec cp -a -t "$copy/target" {} +
}

# Prints what stages beside this one wrote, once each has ended. One that failed ends the run.
print_finished() {
    local id
    for id in "${lane_stages[@]}"; do
        [ -e "$state/$id" ] && [[ " ${printed[*]} " != *" $id "* ]] || continue
        printed+=("$id")
        cat "$state/$id.log"
        [ "$(cat "$state/$id")" -eq 0 ] || { echo "FAILED: $id"; exit 1; }
    done
}

# Waits for the stages beside.
join() {
    [ -n "$lane" ] || return 0
    while kill -0 "$lane" 2>/dev/null; do
        print_finished
        sleep 0.5
    done
    print_finished
    local code=0
    wait "$lane" || code=$?
    lane=
    [ "$code" -eq 0 ] && [ "${#printed[@]}" -eq "${#lane_stages[@]}" ] || { echo "FAILED: what ran beside ended with exit code $code"; exit 1; }
}

end_lane() {
    [ -n "$lane" ] || return 0
    local id
    for id in "${lane_stages[@]}"; do
        if [ -e "$state/$id.log" ] && [ ! -e "$state/$id" ]; then
            note "   - s  $id: ended with the run"
            printf '\n== %s ran beside and is ended; its last words:\n' "$id"
            tail -30 "$state/$id.log"
        fi
    done
    kill -TERM -- "-$lane" 2>/dev/null || true
    for _ in $(seq 60); do
        kill -0 -- "-$lane" 2>/dev/null || return 0
        sleep 0.5
    done
    kill -KILL -- "-$lane" 2>/dev/null || true
}

finish() {
    local status=$?
    trap - EXIT
    end_lane
    if [ -s "$state/summary" ]; then
        printf '\n== summary\n'
        cat "$state/summary"
        printf '%4d s  in all\n' "$SECONDS"
    fi
    if [ "$status" -ne 0 ]; then printf 'FAILED with exit code %s\n' "$status"; fi
    rm -rf "$state"
    # Otherwise its reports tell what failed.
    [ "$status" -ne 0 ] || rm -rf "$copy"
    exit "$status"
}

# ---- asking

list() {
    local id hash when seconds
    printf '%-12s %-22s %8s   %s\n' stage 'last passed' takes now
    for id in "${stages[@]}"; do
        read -r when seconds _ <<<"$(record_of "$records/$id/last" 365 || echo never -)"
        hash=$(input_hash "$id")
        printf '%-12s %-22s %6s s   %s\n' "$id" "$when" "$seconds" "$(left_out "$id" "$hash" || echo runs)"
        if [ -n "${inputs[$id]}" ]; then printf '%s\n' "${inputs[$id]}" | sed 's/^/             /'; fi
    done
}

# begin [--list | --all | STAGE...]: answers what has nothing to do with the order of the stages, or returns.
begin() {
    local id
    state=$(mktemp -d)
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    versions >"$state/versions"
    case "${1:-}" in
        --list) list; exit ;;
        --all) all=yes; [ $# -eq 1 ] || { echo 'stages: --all stands alone' >&2; exit 2; } ;;
        '') ;;
        *)
            for id; do [ -n "${titles[$id]+known}" ] || { echo "stages: no stage $id; .ci/run --list shows them" >&2; exit 2; }; done
            wanted=yes
            one_after_another "$@"
            exit
            ;;
    esac
}
