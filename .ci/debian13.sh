#!/usr/bin/env bash
# Downloads packages of Debian 13 and unpacks them, without touching the machine's own apt: for programs that Debian 12
# lacks or has too old. Theirs are static enough to run on both.
#
#   .ci/debian13.sh DIRECTORY PACKAGE...      DIRECTORY/usr/... of all packages
set -euo pipefail

into=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

mkdir -p "$into" "$work"/{lists/partial,archives/partial,apt.conf.d,preferences.d,sources.list.d}
touch "$work/status"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
cat >"$work/apt.conf" <<CONF
Dir::Etc "$work";
Dir::State "$work";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work";
CONF
export APT_CONFIG=$work/apt.conf
into=$(realpath "$into")
cd "$work"
apt-get update -qq >&2
apt-get download -qq "$@" 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" "$into"; done
