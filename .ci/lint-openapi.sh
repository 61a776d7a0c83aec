#!/usr/bin/env bash
# Checks the OpenAPI document of the last build by a public linter (Redocly's, from npm). Needs Node.
set -euo pipefail
cd "$(dirname "$0")/.."

modules=$(.ci/npm-modules.sh .ci/openapi)
LINT_MODULES=$modules node .ci/openapi/lint.mjs target/openapi/openapi.json
