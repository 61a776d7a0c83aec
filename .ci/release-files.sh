#!/usr/bin/env bash
# What a release carries beside its images: the application as a tar, its SBOM and their checksums, in target/release. One
# commit gives the same tar each time.
#
#   .ci/release-files.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
name=claudecluster-worker-$version
out=target/release

mvn -B -ntp -q -Dquick -Dmaven.test.skip clean package
.ci/sbom.sh
mkdir -p "$out"
tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" \
    --transform "s|^quarkus-app|$name|" --directory target quarkus-app | gzip --no-name >"$out/$name.tar.gz"
cp target/sbom.json "$out/$name.cdx.json"
(cd "$out" && sha256sum "$name.tar.gz" "$name.cdx.json" | tee SHA256SUMS)
