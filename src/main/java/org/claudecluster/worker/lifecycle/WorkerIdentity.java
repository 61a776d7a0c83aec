package org.claudecluster.worker.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import org.claudecluster.worker.task.WorkerId;

/**
 * Says who this worker is to others.
 *
 * @param id of this process
 * @param name that a person knows it by
 * @param names what {@code workerId} in a submit may name besides the id: WORKER_ID, WORKER_NAME and the labels
 * @param version of the program
 */
public record WorkerIdentity(WorkerId id, String name, Set<String> names, String version) {

    public WorkerIdentity {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(version, "version");
        names = Set.copyOf(names);
    }
}
