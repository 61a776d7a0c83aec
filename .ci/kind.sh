#!/usr/bin/env bash
# The chart on kind, in a namespace that enforces the restricted Pod Security Standard. Needs docker, kind, kubectl and helm,
# as the runners of GitHub have them; .ci/cluster.sh is for machines without a registry.
#
#   .ci/kind.sh IMAGE          IMAGE is NAME:TAG in the local engine
set -euo pipefail
cd "$(dirname "$0")/.."
image=$1
cluster=claudecluster-ci
chart=helm/claudecluster-worker

finish() {
    status=$?
    if [ "$status" -ne 0 ]; then
        kubectl --namespace worker get all,events
        kubectl --namespace worker logs --selector app.kubernetes.io/name=claudecluster-worker --tail 50
    fi
    kind delete cluster --name "$cluster"
    exit "$status"
}

kind create cluster --name "$cluster" --wait 120s
trap finish EXIT
kubectl config use-context "kind-$cluster"
kind load docker-image --name "$cluster" "$image"
kubectl create namespace worker
kubectl label namespace worker pod-security.kubernetes.io/enforce=restricted

# Its key is thrown away: the test only sees that one is needed.
hash=$(head -c 32 /dev/urandom | sha256sum | cut -c 1-64)
kubectl --namespace worker create secret generic worker-keys \
    --from-literal=keys.json='{"keys":[{"name":"ci","sha256":"'"$hash"'","tenant":"default","scopes":["admin"]}]}'
helm install worker "$chart" --namespace worker --wait --timeout 3m \
    --set "image.repository=${image%:*},image.tag=${image##*:},worker.executor=stub,access.existingSecret=worker-keys"
helm test worker --namespace worker --logs
# The same chart again changes nothing: no pod may be replaced.
before=$(kubectl --namespace worker get pods --output name)
helm upgrade worker "$chart" --namespace worker --wait --timeout 3m --reuse-values
[ "$(kubectl --namespace worker get pods --output name | grep -v test || true)" = "$(grep -v test <<<"$before" || true)" ]
# Where nobody needs a key, the test runs a task to its end.
helm upgrade worker "$chart" --namespace worker --wait --timeout 3m --reuse-values --set access.mode=local
helm test worker --namespace worker --logs
helm uninstall worker --namespace worker --wait
