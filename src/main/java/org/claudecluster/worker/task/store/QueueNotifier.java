package org.claudecluster.worker.task.store;

import org.claudecluster.worker.task.TaskId;

/** Hints within this process that save a poll. The store stays the truth: a lost hint costs time, never a task. */
public interface QueueNotifier {

    /** The cancel of a running task was asked for. */
    void cancelRequested(TaskId task);

    /** A soft end of a running task was asked for. */
    void interruptRequested(TaskId task);

    /** A task reached its final state without having run here. */
    void finalised(TaskId task);

    /** A task was removed: what it left on this machine, in the directory of this one, may go. */
    void deleted(TaskId workspace);
}
