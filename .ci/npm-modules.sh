#!/usr/bin/env bash
# Prints a directory that has the npm modules of a lock file, and nothing that was not locked. Installed once, by the lock
# file's hashes; no script of a package runs.
#
#   .ci/npm-modules.sh DIRECTORY          DIRECTORY: has package.json and package-lock.json
set -euo pipefail

from=$1
cache="${XDG_CACHE_HOME:-$HOME/.cache}/claudecluster/${from##*/}-$(sha256sum "$from/package-lock.json" | cut -c1-12)"
if [ ! -d "$cache" ]; then
    mkdir -p "$(dirname "$cache")"
    fresh=$(mktemp -d "$cache.XXXXXX")
    cp "$from/package.json" "$from/package-lock.json" "$fresh/"
    npm ci --prefix "$fresh" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    mv -T "$fresh" "$cache" 2>/dev/null || rm -rf "$fresh"
fi
echo "$cache"
