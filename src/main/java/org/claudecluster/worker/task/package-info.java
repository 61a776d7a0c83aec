/** Describes a task: its id, its spec, its state, its lease. Ports of what stores it are in {@code task.store}. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.task;
