#!/usr/bin/env bash
# What kustomize makes of k8s/ is written down in src/test/resources/kustomize, where mvn verify tests it without kubectl.
#
#   .ci/kustomize.sh         fails when it is not what kubectl says now
#   .ci/kustomize.sh write   writes it again
#
# Needs kubectl 1.21 or later (kustomize 4), since the one before knows neither patches nor labels.
set -euo pipefail
cd "$(dirname "$0")/.."

written=src/test/resources/kustomize
target=target/kustomize
if [ "${1:-}" = write ]; then target=$written; fi
mkdir -p "$target"

kubectl kustomize k8s/base >"$target/base.yaml"
kubectl kustomize k8s/overlays/dev >"$target/dev.yaml"
kubectl kustomize k8s/overlays/prod >"$target/prod.yaml"
find k8s -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >"$target/sources.sha256"

diff -ru "$written" "$target" && echo "k8s/: $(grep -c . "$target/sources.sha256") files, base, dev and prod as written down"
