package org.claudecluster.worker.workspace;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;

/**
 * Knows which tasks are at work in which directory: any run keeps it from being removed, and of follow-ups there is one
 * at most, since two in one session would overwrite each other. A second one is refused at its submit, but two submits
 * in the same moment don't see each other.
 */
final class WorkspaceUses {

    private final Map<TaskId, Set<TaskId>> runs = new HashMap<>();
    private final Map<TaskId, TaskId> followUps = new HashMap<>();
    private final Set<TaskId> inQuestion = new HashSet<>();

    /**
     * Says which other follow-up is there already; the task's own earlier attempt is nobody else. Waits while it is being
     * decided whether the directory goes. Who entered leaves.
     */
    synchronized Optional<TaskId> enter(Task task) throws InterruptedException {
        while (inQuestion.contains(task.workspace())) {
            wait();
        }
        if (task.spec().continues().isPresent()) {
            TaskId there = followUps.putIfAbsent(task.workspace(), task.id());
            if (there != null && !there.equals(task.id())) {
                return Optional.of(there);
            }
        }
        runs.computeIfAbsent(task.workspace(), _ -> new HashSet<>()).add(task.id());
        return Optional.empty();
    }

    synchronized void leave(Task task) {
        followUps.remove(task.workspace(), task.id());
        runs.computeIfPresent(task.workspace(), (_, inside) -> {
            inside.remove(task.id());
            return inside.isEmpty() ? null : inside;
        });
    }

    /** Decides something while nobody is in there and nobody can enter; false when somebody is. */
    boolean whileUnused(TaskId owner, BooleanSupplier decision) {
        synchronized (this) {
            if (runs.containsKey(owner) || !inQuestion.add(owner)) {
                return false;
            }
        }
        try {
            return decision.getAsBoolean();
        } finally {
            synchronized (this) {
                inQuestion.remove(owner);
                notifyAll();
            }
        }
    }
}
