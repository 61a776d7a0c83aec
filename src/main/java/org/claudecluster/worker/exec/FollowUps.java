package org.claudecluster.worker.exec;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;

/**
 * The follow-ups that run here now, at most one in each workspace: two in one session would overwrite each other. Who
 * submits a second one is refused, but two submits in the same moment don't see each other.
 */
final class FollowUps {

    private final Map<TaskId, TaskId> byWorkspace = new ConcurrentHashMap<>();

    /** Says who is there already; a follow-up's own earlier attempt is nobody else. */
    Optional<TaskId> enter(Task task) {
        if (task.spec().continues().isEmpty()) {
            return Optional.empty();
        }
        return Optional.ofNullable(byWorkspace.putIfAbsent(task.workspace(), task.id()))
                .filter(other -> !other.equals(task.id()));
    }

    void leave(Task task) {
        byWorkspace.remove(task.workspace(), task.id());
    }
}
