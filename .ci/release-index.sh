#!/usr/bin/env bash
# Makes one image of the architectures that were pushed by digest, tags it, and prints its digest. A version's tag is never
# moved, and there is no tag "latest".
#
#   .ci/release-index.sh IMAGE VERSION FOLDER          FOLDER has a file per architecture, named by its digest's hex digits
set -euo pipefail
image=$1 version=$2 folder=$3

if docker buildx imagetools inspect "$image:$version" >/dev/null 2>&1; then
    echo "release: $image:$version is there already" >&2
    exit 1
fi
parts=()
for file in "$folder"/*; do parts+=("$image@sha256:$(basename "$file")"); done
if [ "${#parts[@]}" -ne 2 ]; then
    echo "release: two architectures were expected, got ${parts[*]}" >&2
    exit 1
fi
docker buildx imagetools create --tag "$image:$version" "${parts[@]}" >&2
docker buildx imagetools inspect "$image:$version" --format '{{.Manifest.Digest}}'
