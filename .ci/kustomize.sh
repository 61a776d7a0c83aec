#!/usr/bin/env bash
# What kustomize makes of k8s/ is written down in src/test/resources/kustomize, where mvn verify tests it without kubectl.
#
#   .ci/kustomize.sh         fails when it is not what kubectl says now
#   .ci/kustomize.sh write   writes it again
#
# Needs kubectl 1.27 or later (kustomize 5), and gets Debian 13's where there is none: Debian 12's 1.20 knows neither
# patches nor labels.
set -euo pipefail
cd "$(dirname "$0")/.."

cache="${XDG_CACHE_HOME:-$HOME/.cache}/claudecluster/kubectl"

knows_kustomize() { kubectl version --client 2>/dev/null | grep -q 'Kustomize Version: v[5-9]'; }

if ! knows_kustomize; then
    PATH=$cache/usr/bin:$PATH
    [ -x "$cache/usr/bin/kubectl" ] || .ci/debian13.sh "$cache" kubectl
    knows_kustomize || { echo "missing: a kubectl with kustomize 5 (kubectl 1.27 or later)" >&2; exit 1; }
fi

written=src/test/resources/kustomize
target=target/kustomize
if [ "${1:-}" = write ]; then target=$written; fi
mkdir -p "$target"

kubectl kustomize k8s/base >"$target/base.yaml"
kubectl kustomize k8s/overlays/dev >"$target/dev.yaml"
kubectl kustomize k8s/overlays/prod >"$target/prod.yaml"
find k8s -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >"$target/sources.sha256"

diff -ru "$written" "$target" && echo "k8s/: $(grep -c . "$target/sources.sha256") files, base, dev and prod as written down"
