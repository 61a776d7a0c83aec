/** Describes the end of a task: its status, its outcome with a reason, what the CLI reported, and what it cost. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.task.result;
