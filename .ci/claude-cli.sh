#!/usr/bin/env bash
# Installs one pinned version of the Claude Code CLI into the user's cache and prints the path of its native binary,
# which is the only line on stdout. A second call finds the first one's work and does nothing.
#
#   .ci/claude-cli.sh [VERSION]          CLAUDE="$(.ci/claude-cli.sh 2.1.332)"
set -euo pipefail

version="${1:-2.1.332}"
package='@anthropic-ai/claude-code'

say() { printf 'claude-cli: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "a version is three numbers, such as 2.1.332; got '$version'"

case "$(uname -s)/$(uname -m)" in
  Linux/x86_64) platform='linux-x64' ;;
  Linux/aarch64 | Linux/arm64) platform='linux-arm64' ;;
  *) die "no native binary is known for $(uname -s)/$(uname -m): run this on Linux, x86_64 or aarch64" ;;
esac
compgen -G '/lib/ld-musl-*' >/dev/null && platform="$platform-musl"

[[ -n "${XDG_CACHE_HOME:-}${HOME:-}" ]] || die 'set HOME or XDG_CACHE_HOME: the CLI is kept in the user cache'
cache="${XDG_CACHE_HOME:-$HOME/.cache}/claudecluster/claude-cli"
target="$cache/$version"
binary="$target/node_modules/$package-$platform/claude"
scratch=''
trap '[[ -z "$scratch" ]] || rm -rf "$scratch"' EXIT

# What the binary says it is: "2.1.332 (Claude Code)". Its HOME is the scratch directory, so it leaves nothing behind.
answers_as_wanted() {
  local said
  said="$(env -i PATH="$PATH" HOME="$scratch" DISABLE_AUTOUPDATER=1 "$1" --version </dev/null 2>&1)" || said="exit $?: $said"
  [[ "${said%% *}" == "$version" ]] || { say "$1 --version answered '$said' where '$version' was wanted"; return 1; }
}

need_npm() {
  command -v npm >/dev/null && command -v node >/dev/null && return
  [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null ||
    die 'node and npm are needed to install the CLI: install Node.js (18 or later) with npm, or run this once as root on Debian or Ubuntu'
  say 'node or npm is missing: installing nodejs and npm by apt-get'
  DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || die 'apt-get update failed'
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm >&2 ||
    die 'apt-get could not install nodejs and npm'
}

mkdir -p "$cache" || die "cannot create $cache"
scratch="$(mktemp -d "$cache/.new.XXXXXX")" || die "cannot write to $cache"

if [[ -x "$binary" ]]; then
  answers_as_wanted "$binary" && { printf '%s\n' "$binary"; exit 0; }
  die "the cached copy is damaged: remove $target and run this again"
fi

need_npm
say "installing $package@$version (a few hundred MB) into $target"
# The native binary is in a package per platform, so no install script has to run.
npm install --prefix "$scratch/tree" --ignore-scripts --no-audit --no-fund --loglevel=error "$package@$version" >&2 ||
  die "npm could not install $package@$version: see its message above (no network, wrong registry or unknown version?)"
fresh="$scratch/tree/node_modules/$package-$platform/claude"
[[ -x "$fresh" ]] || die "$package@$version came without $package-$platform/claude: were optional dependencies left out (npm config omit)?"
answers_as_wanted "$fresh" || die 'the installed binary is not the version asked for'

# One rename makes it visible whole. Whoever comes second in a race finds a full directory and uses it.
mv -T "$scratch/tree" "$target" 2>/dev/null || [[ -x "$binary" ]] ||
  die "cannot move the new copy to $target: is a broken one there?"
printf '%s\n' "$binary"
