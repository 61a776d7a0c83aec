#!/usr/bin/env bash
# Runs the commands of a page, in their order and in one shell: each block that begins with ```bash, but for those after
# a line <!-- not run in CI: why -->. The first one that fails ends it.
#
#   .ci/commands-of.sh docs/docker.md
set -euo pipefail
cd "$(dirname "$0")/.."

script=$(mktemp)
trap 'rm -f "$script"' EXIT
{
    echo 'set -euo pipefail'
    awk '
        /^<!-- not run in CI:/ { skip = 1; print "echo \"-- line " NR ": " substr($0, 6, length($0) - 9) "\""; next }
        /^```bash$/ { if (!skip) { run = 1; print "echo \"-- line " NR "\"; set -x" }; skip = 0; next }
        /^```/ { if (run) print "{ set +x; } 2>/dev/null"; run = 0; next }
        run { print }
    ' "$1"
} >"$script"
grep -q 'set -x' "$script" || { echo "no command in $1" >&2; exit 1; }
timeout 1800 bash "$script"
echo "every command of $1 ran"
