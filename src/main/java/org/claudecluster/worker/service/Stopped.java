package org.claudecluster.worker.service;

import org.claudecluster.worker.task.Task;

/** Tells what became of a wish to end a task. */
public sealed interface Stopped {

    /** The task as it is now. */
    Task task();

    /** It runs, and its worker has been asked to end it. */
    record Requested(Task task) implements Stopped {}

    /** It is final: by this wish if it waited, else by itself. */
    record Final(Task task) implements Stopped {}
}
