#!/usr/bin/env bash
# Packages the chart with the release's image in its values, by digest, into target/chart. With "push" it goes to the
# registry, and the digest that it got there is printed.
#
#   .ci/release-chart.sh IMAGE DIGEST [push CHARTS]          ghcr.io/acme/worker sha256:... push ghcr.io/acme/charts
set -euo pipefail
cd "$(dirname "$0")/.."
image=$1 digest=$2
out=target/chart
copy=$out/claudecluster-worker

[[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "release: '$digest' is not a digest" >&2; exit 1; }
rm -rf "$out"
mkdir -p "$out"
cp -r helm/claudecluster-worker "$copy"
# The first of each name stands under "image:"; that it does is checked below.
sed -i -e "0,/^  registry: \"\"$/s||  registry: ${image%%/*}|" -e "0,/^  repository: .*$/s||  repository: ${image#*/}|" \
    -e "0,/^  digest: \"\"$/s||  digest: $digest|" "$copy/values.yaml"
helm lint --strict "$copy" >&2
rendered=$(helm template worker "$copy" --set access.mode=local | grep -c "image: \"\{0,1\}$image@$digest" || true)
if [ "$rendered" -lt 1 ]; then
    echo "release: the packaged chart does not run $image@$digest" >&2
    exit 1
fi
helm package "$copy" --destination "$out" >&2
if [ "${3:-}" = push ]; then
    helm push "$out"/*.tgz "oci://$4" 2>&1 | tee /dev/stderr | sed -n 's/^Digest: *//p'
fi
