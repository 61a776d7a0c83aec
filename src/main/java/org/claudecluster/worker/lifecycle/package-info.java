/** When tasks are claimed, renewed, finished and reaped in this process. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.lifecycle;
