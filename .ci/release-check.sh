#!/usr/bin/env bash
# Whether everything says the same version. With a tag: whether that tag may be released. Without one: whether the pom, the
# chart and the change log agree, which holds at any commit.
#
#   .ci/release-check.sh [v1.2.3]
set -euo pipefail
cd "$(dirname "$0")/.."

wrong=0
say() {
    echo "release-check: $*" >&2
    wrong=1
}

project=$(sed -n 's|^  <version>\(.*\)</version>$|\1|p' pom.xml)
chart=helm/claudecluster-worker/Chart.yaml
app=$(sed -n 's/^appVersion: "\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$chart")
chart_version=$(sed -n 's/^version: "\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$chart")

[ "$app" = "$project" ] || say "pom.xml has version $project, $chart has appVersion $app"
[[ $chart_version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || say "$chart: version '$chart_version' is not three numbers"
grep -q '^## \[\{0,1\}Unreleased' CHANGELOG.md || say 'CHANGELOG.md has no section Unreleased'

if [ $# -gt 0 ]; then
    version=${1#v}
    [ "v$version" = "$1" ] || say "a tag begins with v; got '$1'"
    [ "$project" = "$version" ] || say "tag $1, but pom.xml has version $project"
    grep -q "^## \[\{0,1\}${version//./\\.}" CHANGELOG.md || say "CHANGELOG.md has no section for $version"
fi

[ "$wrong" -eq 0 ] && echo "release-check: application $project, chart $chart_version"
exit "$wrong"
