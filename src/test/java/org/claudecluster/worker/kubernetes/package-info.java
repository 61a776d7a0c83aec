/**
 * What is shipped for Kubernetes: the chart in {@code helm/}, rendered by Helm itself, and the manifests in {@code k8s/}.
 * Nothing here needs a cluster.
 */
@NullMarked
package org.claudecluster.worker.kubernetes;

import org.jspecify.annotations.NullMarked;
