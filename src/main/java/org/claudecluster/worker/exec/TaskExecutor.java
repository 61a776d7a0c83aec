package org.claudecluster.worker.exec;

import java.io.IOException;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.task.result.Verdict;

/**
 * A way to run tasks: a bean, found by its type. Its constructor has no effect and asks nobody; what has to be there
 * before the first run is made in {@link #prepare}.
 */
public interface TaskExecutor {

    /** Its name, which no other has; never {@link ExecutorType#AUTO}. */
    ExecutorType type();

    /** Whether it could run a task now, and why not. May start a program; blocks for seconds at most. */
    Availability probe();

    /** Whether what a run needs lies where it lay. Costs next to nothing, and starts nothing. */
    default boolean isInPlace() {
        return true;
    }

    /**
     * Makes what runs need, and sets aside what a predecessor left. Called once at the start, also where another executor
     * was asked for; starts no program.
     */
    default void prepare() throws IOException {}

    /** Removes what was set aside, when nobody of a predecessor's is at work in it any more; may be called again. */
    default void sweep() {}

    /**
     * Runs a task to its end and answers what it came to. When this returns, nothing that the task started is left, or
     * what is left has been logged and counted. Blocks; meant for a virtual thread. Interrupting it ends the task.
     */
    Verdict run(TaskRun run) throws InterruptedException;
}
