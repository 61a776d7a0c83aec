/** Reads what Linux says of processes, and acts on single ones. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.process.linux;
