#!/usr/bin/env bash
# What a release is called, as lines for GITHUB_OUTPUT. Registries want lower case, owners have what they like.
#
#   GITHUB_REPOSITORY_OWNER=Acme .ci/release-names.sh v1.2.3
set -euo pipefail
tag=$1
if ! [[ $tag =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
    echo "release: a tag is v and three numbers, as v1.2.3; got '$tag'" >&2
    exit 1
fi
owner=ghcr.io/${GITHUB_REPOSITORY_OWNER,,}
version=${tag#v}
printf '%s\n' "version=$version" "image=$owner/worker" "charts=$owner/charts" "chart=$owner/charts/claudecluster-worker"
