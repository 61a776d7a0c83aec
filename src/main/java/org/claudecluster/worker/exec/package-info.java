/** Runs one attempt of a task: the executors, the strategy that chooses between them, and the supervision of a run. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.exec;
