package org.claudecluster.worker.service;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.claudecluster.worker.task.store.RegisteredWorker;
import org.claudecluster.worker.task.store.WorkerRegistry;

/** Finds the worker that has the data directory in which a task left its files. */
@ApplicationScoped
public class WorkspaceLocator {

    private final WorkerRegistry registry;
    private final ServiceSettings settings;

    WorkspaceLocator(WorkerRegistry registry, ServiceSettings settings) {
        this.registry = registry;
        this.settings = settings;
    }

    /** A living worker with it. */
    Optional<RegisteredWorker> alive(String home) {
        return registry.workers(settings.lease()).stream()
                .filter(RegisteredWorker::alive)
                .filter(worker -> worker.state().names().contains(home))
                .findFirst();
    }

    /** Says where a request about the files should go. */
    public TaskProblem elsewhere(String home) {
        return new TaskProblem(
                Code.WORKSPACE_ELSEWHERE,
                alive(home)
                        .map(worker -> "the workspace is on worker %s (id %s): ask that one"
                                .formatted(worker.state().name(), worker.state().id()))
                        .orElse("the workspace is in the data directory " + home
                                + ", which no living worker has: start a worker on it again"));
    }

    /** Says that this worker's own disk does not tell. */
    public static TaskProblem unreadable(String why) {
        return new TaskProblem(
                Code.WORKSPACE_UNREADABLE,
                "the worker's disk does not say what is in the workspace (" + why + "): its log has more");
    }
}
