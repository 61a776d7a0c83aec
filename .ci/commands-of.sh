#!/usr/bin/env bash
# Runs the commands of a page, in their order and in one shell: each block that begins with ```bash, but for those behind
# a line <!-- not run in CI: why --> or <!-- run by NAME -->. The first command that fails ends it, and so does an answer
# of 400 or above to a curl of the page's. PageCommandsTest holds that every block of every page is one of these.
#
#   .ci/commands-of.sh docs/docker.md [OLD=NEW...]     with OLD replaced, as in localhost:3001=localhost:3977
#   .ci/commands-of.sh --block 1 README.md             prints one of its blocks instead, whatever stands before it
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$1" = --block ]; then
    awk -v wanted="$2" '
        /^```bash$/ { inside = ++count == wanted; next }
        /^```/ { inside = 0 }
        inside
    ' "$3" | grep . || { echo "$3 has no block $2" >&2; exit 1; }
    exit
fi

page=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
    echo 'set -euo pipefail'
    awk '
        /^<!-- (not run in CI: |run by ).* -->$/ {
            skip = 1
            print "echo \"-- line " NR ": " substr($0, 6, length($0) - 9) "\""
            next
        }
        /^```bash$/ { if (!skip) { run = 1; print "echo \"-- line " NR "\"; set -x" }; skip = 0; next }
        /^```/ { if (run) print "{ set +x; } 2>/dev/null"; run = 0; next }
        run { print }
    ' "$page"
} >"$work/script"
grep -q 'set -x' "$work/script" || { echo "no command in $page" >&2; exit 1; }
for replacement; do
    text=$(cat "$work/script")
    printf '%s\n' "${text//"${replacement%%=*}"/"${replacement#*=}"}" >"$work/script"
done
# curl takes an answer of 404 for a success, unless it is told.
curl=$(type -P curl)
printf '#!/bin/sh\nexec "%s" --fail --show-error --max-time 120 "$@"\n' "$curl" >"$work/curl"
chmod +x "$work/curl"
PATH=$work:$PATH timeout 1800 bash "$work/script"
echo "every command of $page ran, but for those that it excepts"
