package org.claudecluster.worker.task.store;

import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;

/** The answer to an enqueue. */
public sealed interface Enqueued {

    /** The task is durable now, and waits. */
    record Created(Task task) implements Enqueued {}

    /** The task is durable now, and in the hands of the worker that enqueued it. */
    record Claimed(Task task) implements Enqueued {}

    /** The same request was here before; this is its task. */
    record Repeated(Task task) implements Enqueued {}

    /** The key was used before, with another body. */
    record KeyReused(TaskId task) implements Enqueued {}
}
