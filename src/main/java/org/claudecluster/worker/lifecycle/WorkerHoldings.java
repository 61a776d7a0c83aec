package org.claudecluster.worker.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.function.Supplier;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Workspaces;

/**
 * Says what this worker has, by which it may go on with some tasks and must leave others.
 *
 * @param credential fingerprint of the credential that new tasks get, so that a used up limit holds claims back
 * @param sessions the CLI's sessions that this worker can go on with
 * @param workspaces what its tasks leave, and the name under which follow-ups ask for it
 */
public record WorkerHoldings(Supplier<Optional<String>> credential, Sessions sessions, Workspaces workspaces) {

    public WorkerHoldings {
        requireNonNull(credential, "credential");
        requireNonNull(sessions, "sessions");
        requireNonNull(workspaces, "workspaces");
    }
}
