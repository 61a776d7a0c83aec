package org.claudecluster.worker.bootstrap;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.claudecluster.worker.config.ExecutorConfig;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.linux.OwnMemory;
import org.claudecluster.worker.workspace.TaskWorkspaces;

/** Makes this process and its directories ready to run tasks, whatever the executor. */
@Singleton
final class ExecutionStart {

    private final ExecutorConfig config;
    private final Containment containment;
    private final TaskWorkspaces workspaces;
    private final Instance<TaskExecutor> executors;
    private final ExecutorStrategy strategy;

    /** @param checked asked for so that the name of no executor is refused before anything is touched */
    ExecutionStart(
            ExecutorStrategy.Settings checked,
            ExecutorConfig config,
            Containment containment,
            TaskWorkspaces workspaces,
            @Any Instance<TaskExecutor> executors,
            ExecutorStrategy strategy) {
        this.config = config;
        this.containment = containment;
        this.workspaces = workspaces;
        this.executors = executors;
        this.strategy = strategy;
    }

    /**
     * INVARIANT: in this order: nothing is started before this process is closed to others and takes orphans in, and no
     * executor is asked whether it can run before its directories are there.
     */
    void begin() {
        if (config.debuggable()) {
            OwnMemory.open();
        } else {
            OwnMemory.close();
        }
        ProcessTree.adoptOrphans();
        containment.begin();
        workspaces.begin();
        executors.forEach(this::prepare);
        strategy.begin();
    }

    private void prepare(TaskExecutor executor) {
        try {
            executor.prepare();
        } catch (IOException e) {
            throw new UncheckedIOException("the data directory can't be prepared", e);
        }
        workspaces.alsoSweeps(executor::sweep);
    }
}
