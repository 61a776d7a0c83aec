/** Serves the event stream of a task. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.api.stream;
