/** Health checks and meters: read-only views of what the worker does. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.observe;
