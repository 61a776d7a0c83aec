package org.claudecluster.worker.exec;

import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.task.result.Verdict;

/** A way to run tasks. */
public interface TaskExecutor {

    /** {@link ExecutorType#STUB} or {@link ExecutorType#PTY}. */
    ExecutorType type();

    /** Whether it could run a task now, and why not. May start a program; blocks for seconds at most. */
    Availability probe();

    /** Whether what a run needs lies where it lay. Costs next to nothing, and starts nothing. */
    default boolean isInPlace() {
        return true;
    }

    /**
     * Runs a task to its end and answers what it came to. When this returns, nothing that the task started is left, or
     * what is left has been logged and counted. Blocks; meant for a virtual thread. Interrupting it ends the task.
     */
    Verdict run(TaskRun run) throws InterruptedException;
}
