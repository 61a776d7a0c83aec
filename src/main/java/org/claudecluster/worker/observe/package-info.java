/** Shows what the worker does: health checks and meters, which change nothing. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.observe;
