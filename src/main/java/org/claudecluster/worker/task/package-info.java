/** What a task is: its words, its state machine and the {@link org.claudecluster.worker.task.TaskStore} port. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.task;
