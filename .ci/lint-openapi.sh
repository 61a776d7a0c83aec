#!/usr/bin/env bash
# Checks the OpenAPI document of the last build by a public linter (Redocly's, from npm). Needs Node.
set -euo pipefail
cd "$(dirname "$0")/.."

cache="${XDG_CACHE_HOME:-$HOME/.cache}/claudecluster/openapi-$(sha256sum .ci/openapi/package-lock.json | cut -c1-12)"
if [ ! -d "$cache" ]; then
    mkdir -p "$(dirname "$cache")"
    fresh=$(mktemp -d "$cache.XXXXXX")
    cp .ci/openapi/package.json .ci/openapi/package-lock.json "$fresh/"
    npm ci --prefix "$fresh" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    mv -T "$fresh" "$cache" 2>/dev/null || rm -rf "$fresh"
fi

LINT_MODULES=$cache node .ci/openapi/lint.mjs target/openapi/openapi.json
