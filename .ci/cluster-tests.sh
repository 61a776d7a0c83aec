#!/usr/bin/env bash
# The chart on a real Kubernetes: brings .ci/cluster.sh up, runs the tests of src/test/java/.../cluster in its network, and
# takes it down whatever came of them. It begins with compiled test classes (mvn package) and with the images of
# .ci/images.sh in the cache of .ci/engine.sh; it makes those that are not there or not of these sources, which takes some
# minutes.
#
#   .ci/cluster-tests.sh [CLASS]      CLASS as for -Dit.test, such as 'Replicas*'
#   KEEP=1 .ci/cluster-tests.sh       leaves the cluster up, to look at: .ci/cluster.sh in kubectl get pods -A
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's/^  <version>\(.*\)<\/version>$/\1/p' pom.xml | head -1)
times=()

step() {
    local name=$1 begin=$SECONDS
    shift
    "$@"
    times+=("$(printf '%4d s  %s' $((SECONDS - begin)) "$name")")
}

finish() {
    local status=$?
    if [ "$status" -ne 0 ]; then .ci/cluster.sh in kubectl get pods,events -A --sort-by=.metadata.creationTimestamp | tail -60 || true; fi
    if [ -z "${KEEP:-}" ]; then step 'cluster down' .ci/cluster.sh down; fi
    printf '\ncluster:\n'
    printf '%s\n' "${times[@]}"
    exit "$status"
}

images() {
    .ci/base-images.sh
    # An image of this name may be of other sources; what has not changed comes from the cache.
    docker build --file Dockerfile.jvm --tag "claudecluster/worker:$version" --build-arg "VERSION=$version" .
}

# Nothing can be downloaded in the cluster's network, so Maven works offline there; what it needs it has from the build.
tests() {
    .ci/cluster.sh in mvn -o -B -ntp -Pcluster ${1:+-Dit.test="$1"} -Dfailsafe.failIfNoSpecifiedTests=true \
        toolchains:select-jdk-toolchain@default failsafe:integration-test failsafe:verify
}

if [ "${1:-}" = images ]; then
    images
    exit
fi
trap finish EXIT
step 'binaries of Kubernetes' .ci/kubernetes-build.sh
step 'images' .ci/engine.sh run .ci/cluster-tests.sh images
step 'cluster up' .ci/cluster.sh up
step 'tests' tests "$@"
