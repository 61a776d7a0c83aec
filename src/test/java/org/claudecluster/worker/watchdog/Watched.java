package org.claudecluster.worker.watchdog;

import java.util.List;
import org.claudecluster.worker.outcome.StopSignal;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.task.TaskId;

/** A run that has a tree of processes and nothing else. */
public final class Watched {

    private Watched() {}

    /** Watches it until the answer is closed. */
    public static AutoCloseable by(Watchdog watchdog, ProcessTree tree, TaskId task) {
        return watchdog.watch(
                tree,
                new RunWatch.Subject(
                        task,
                        new RunActivity(watchdog.clock()),
                        new StopSignal(),
                        List.of(),
                        () -> false,
                        () -> false));
    }
}
