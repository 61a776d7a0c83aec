package org.claudecluster.worker.service;

import org.claudecluster.worker.task.Task;

/** Tells what became of a {@link Submission} that was not refused. */
public sealed interface Submitted {

    /** The task that came of it, or of the same request before. */
    Task task();

    /** Durable, and not final as far as is known. */
    record Accepted(Task task) implements Submitted {}

    /** Final within the caller's wait. */
    record Ended(Task task) implements Submitted {}
}
