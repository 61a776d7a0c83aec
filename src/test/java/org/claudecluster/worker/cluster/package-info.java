/**
 * The chart on a real Kubernetes of one node. Runs in the Maven profile {@code cluster} inside the network of {@code
 * .ci/cluster.sh}, which {@code .ci/run} starts.
 */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.cluster;
