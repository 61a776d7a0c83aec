#!/usr/bin/env bash
# Shows what .ci/stages.sh promises, on stages that take no time, in a repository and a cache of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

here=$PWD/.ci/stages.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
# A repository is found by where it is, whoever calls this.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
records=$XDG_CACHE_HOME/claudecluster/passed
count=0

repository() {
    rm -rf "$work/repository" "$XDG_CACHE_HOME"
    mkdir -p "$work/repository"/{.ci,in,target}
    cd "$work/repository"
    git init -q
    cp "$here" .ci/
    echo one >in/file
    echo other >other
    echo target/ >.gitignore
    cat >.ci/run <<'RUN'
set -euo pipefail
source .ci/stages.sh
versions() { echo "tool ${TOOL:-1}"; }
describe first 'always runs'
stage_first() { echo "first ran"; mkdir -p target; echo built >target/built; ${FIRST:-true}; echo "first went on"; }
describe aside 'beside the others'
stage_aside() { echo "aside ran in ${PWD##*/} on $(cat target/built)"; ${ASIDE:-true}; echo "aside went on"; }
describe told 'has inputs' in
stage_told() { echo "told ran"; ${TOLD:-true}; }
describe last 'always runs'
stage_last() { echo "last ran"; ${LAST:-true}; echo "last went on"; }
describe nothing 'names what is not there' ${NOTHING:-in}
stage_nothing() { echo "nothing ran"; }
begin "$@"
one_after_another first
beside aside told
one_after_another last
join
RUN
    git add .
    git -c user.name=t -c user.email=t@localhost commit -qm one
}

# runs WANTED_EXIT_CODE [NAME=VALUE...] [-- ARGUMENT...]: what it printed is in $work/out.
runs() {
    local wanted=$1 code=0 settings=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do settings+=("$1"); shift; done
    [ $# -eq 0 ] || shift
    env "${settings[@]}" bash .ci/run "$@" >"$work/out" 2>&1 </dev/null || code=$?
    [ "$code" -eq "$wanted" ] || fail "exit code $code instead of $wanted"
}

says() { grep -qF -- "$1" "$work/out" || fail "does not say: $1"; }
never_says() { ! grep -qF -- "$1" "$work/out" || fail "says: $1"; }
fail() { printf 'run-test: %s: %s\n' "$name" "$1" >&2; sed 's/^/    /' "$work/out" >&2; exit 1; }
shows() { name=$1; count=$((count + 1)); }

shows 'all stages run where nothing has passed, and their times are told'
repository
runs 0
for stage in first aside told last; do says "$stage ran"; done
says '== summary'
says 'in all'
grep -qE '^ +[0-9]+ s  told$' "$work/out" || fail 'no time'

shows 'a stage whose inputs have passed is left out and says so, with when'
runs 0
says 'left out: passed with the same inputs on 20'
never_says 'told ran'
says 'first ran'

shows 'no time of a file counts, only content'
touch -d 2001-01-01 in/file
runs 0
never_says 'told ran'
echo changed >other
runs 0
never_says 'told ran'

shows 'what is changed, new, gone or becomes executable is another input'
for change in 'echo two >in/file' 'echo new >in/new' 'rm in/new' 'chmod +x in/file' 'echo "# x" >>.ci/stages.sh'; do
    eval "$change"
    if [ "$change" = 'rm in/new' ]; then rm -r "$records/told"; fi
    runs 0
    says 'told ran'
    runs 0
    never_says 'told ran'
done

shows 'so are other versions of the tools'
runs 0 TOOL=2
says 'told ran'
runs 0 TOOL=1
never_says 'told ran'

shows 'a record that is old or no record does not count'
for line in '' 'passed' '2001-01-01T00:00:00Z 3 abc' '2999-01-01T00:00:00Z 3 abc' "$(date -u -d '8 days ago' +%FT%TZ) 3 abc" "$(date -u +%FT%TZ) 3"; do
    for file in "$records"/told/*; do echo "$line" >"$file"; done
    runs 0
    says 'told ran'
done

shows '--all leaves nothing out, and neither does a name'
runs 0 -- --all
says 'told ran'
runs 0 -- told
says 'told ran'
never_says 'first ran'
runs 2 -- unknown
says 'no stage unknown'

shows '--list shows the stages, their inputs and what would be left out, and runs nothing'
runs 0 -- --list
never_says ' ran'
grep -qE '^told +20[0-9TZ:-]+ +[0-9]+ s +left out' "$work/out" || fail 'told is not left out'
grep -qE '^last +20[0-9TZ:-]+ +[0-9]+ s +runs$' "$work/out" || fail 'last does not run'
grep -qE '^ +in$' "$work/out" || fail 'no inputs'
echo three >in/file
runs 0 -- --list
grep -qE '^told .* runs$' "$work/out" || fail 'told would be left out'

shows 'a stage that names what is not there is refused'
runs 1 NOTHING=gone -- nothing
says 'nothing names gone, where nothing is'
runs 1 NOTHING=gone -- --list

shows 'a stage beside others works in a copy of what was built, and is printed in one piece'
repository
runs 0 ASIDE='sleep 1' LAST='sleep 2'
says 'aside ran in aside on built'
grep -A1 -F 'aside ran' "$work/out" | grep -qF 'aside went on' || fail 'not in one piece'
[ ! -e target/aside ] || fail 'the copy is left'

shows 'a command that fails ends its stage, and the run'
runs 1 FIRST=false
never_says 'first went on'
never_says 'last ran'
says 'first: FAILED with exit code 1'

shows 'a stage beside others that fails fails the run, with its output'
runs 1 ASIDE=false
says 'aside ran'
never_says 'aside went on'
never_says 'told ran'
says 'aside: FAILED with exit code 1'

shows 'a failure beside is no record'
repository
runs 1 TOLD=false
says 'told ran'
runs 0
says 'told ran'

shows 'a failure ends what runs beside'
repository
cat >fail-later <<'LATER'
until pgrep -f 'sleep 86397[.]5' >/dev/null; do sleep 0.1; done
exit 3
LATER
runs 1 ASIDE='sleep 86397.5' LAST='bash fail-later'
says 'last: FAILED with exit code 3'
says 'aside: ended with the run'
! pgrep -f 'sleep 86397[.]5' >/dev/null || fail 'it goes on'

shows 'a stage that leaves itself out passes and has no record'
repository
runs 0 TOLD='exit 77'
says 'told: left out'
runs 0
says 'told ran'

shows 'what changes while a stage runs is not recorded as tried'
repository
runs 0 TOLD='cp other in/file' -- told
runs 0
says 'told ran'

shows 'tests that left themselves out stand in the summary, each reason once'
repository
mkdir target/reports
cat >target/report <<'REPORT'
<testcase name="a"><skipped message="walk=&quot;no&quot;" type="x"/></testcase>
<testcase name="b"><skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: ssh is missing
    at b]]></skipped></testcase>
<testcase name="c"><skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: ssh is missing]]></skipped></testcase>
<testcase name="d"><skipped/></testcase>
REPORT
cat >leave-out <<'LEAVE'
cp target/report target/reports/TEST-old.xml
touch -d '1 hour ago' target/reports/TEST-old.xml
touch -d '1 minute ago' target/begin
cp target/report target/reports/TEST-new.xml
LEAVE
sed -i '/^stage_last/s/.*/stage_last() { bash leave-out; note_tests_left_out target\/begin target\/reports target\/none; }/' .ci/run
runs 0
says '2 left out: ssh is missing'
says '1 left out: walk="no"'
says '1 left out: no reason is given'

shows 'tests that passed only when they were tried again stand in the summary, each once'
repository
mkdir target/reports
cat >target/reports/TEST-new.xml <<'REPORT'
<testcase name="steady" classname="a.BTest" time="1"/>
<testcase name="wavering" classname="a.BTest" time="1">
  <flakyFailure message="not in time" type="x"><stackTrace>at a.B</stackTrace></flakyFailure>
  <flakyError message="not in time" type="x"/>
</testcase>
<testcase name="sound" classname="a.CTest" time="1"/>
REPORT
touch -d '1 minute ago' target/begin
sed -i '/^stage_last/s/.*/stage_last() { note_tests_tried_again target\/begin target\/reports target\/none; }/' .ci/run
runs 0
says 'failed, and passed when it was tried again: a.BTest wavering'
never_says 'steady'
never_says 'sound'
[ "$(grep -c 'tried again' "$work/out")" -eq 1 ] || fail 'it is told more than once'

shows 'without git all runs and nothing is recorded'
rm -rf .git
runs 0
says "git can't tell"
runs 0
says 'told ran'

echo "run-test: $count promises of .ci/stages.sh hold"
