#!/usr/bin/env bash
# Prints the path of promtool: the one in the PATH, else that of Debian's package prometheus, which is fetched and unpacked
# and not installed, since it would bring a daemon along.
set -euo pipefail

type -P promtool && exit
tools=${XDG_CACHE_HOME:-$HOME/.cache}/claudecluster/promtool
if [ ! -x "$tools/usr/bin/promtool" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    if ! apt-get download -qq prometheus >&2 && [ "$(id -u)" -eq 0 ]; then
        apt-get update -qq >&2
        apt-get download -qq prometheus >&2
    fi
    dpkg-deb -x prometheus_*.deb unpacked
    mkdir -p "$(dirname "$tools")"
    rm -rf "$tools"
    mv unpacked "$tools"
fi
echo "$tools/usr/bin/promtool"
