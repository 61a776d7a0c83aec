package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import org.claudecluster.worker.task.WorkerId;

/**
 * A worker's own account of itself.
 *
 * @param id new at every start of the process
 * @param names what {@code workerId} in a submit may name besides the id: WORKER_ID, WORKER_NAME and the labels
 */
public record WorkerState(
        WorkerId id, String name, Set<String> names, String version, int slots, int activeTasks, boolean draining) {

    public WorkerState {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(version, "version");
        names = Set.copyOf(names);
        if (slots < 1 || activeTasks < 0) {
            throw new IllegalArgumentException("slots must be positive and activeTasks not negative");
        }
    }
}
