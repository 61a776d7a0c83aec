#!/usr/bin/env bash
# A version's section of the change log, then what can be pinned.
#
#   .ci/release-notes.sh VERSION IMAGE@DIGEST CHART@DIGEST
set -euo pipefail
cd "$(dirname "$0")/.."

awk -v version="$1" '
    /^## / { inside = ($2 == version || $2 == "[" version "]"); next }
    inside
' CHANGELOG.md
printf '\nImage: `%s`\nChart: `oci://%s`\n\nHow to verify them: docs/gitops.md.\n' "$2" "$3"
