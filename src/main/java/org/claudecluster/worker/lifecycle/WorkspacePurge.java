package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.claudecluster.worker.task.OpenTasks;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskStore;
import org.claudecluster.worker.task.Workspaces;
import org.jboss.logging.Logger;

/**
 * Removes the workspaces on this machine that nobody will look at again: those whose last task has ended long enough
 * ago, and those whose task is no longer in the store. No other worker can do it.
 */
final class WorkspacePurge {

    private static final Logger LOG = Logger.getLogger(WorkspacePurge.class);

    private final Duration age;
    private final TaskStore store;
    private final Workspaces workspaces;
    private final InstantSource clock;
    private final Set<TaskId> crashed = ConcurrentHashMap.newKeySet();

    /** With zero for as long as the task. */
    WorkspacePurge(Duration age, TaskStore store, Workspaces workspaces, InstantSource clock) {
        this.age = age;
        this.store = store;
        this.workspaces = workspaces;
        this.clock = clock;
    }

    /** To be called once, before the first task begins here: a directory of which nothing is known is a crash's. */
    void look() {
        crashed.addAll(workspaces.unrecorded());
    }

    /** To be called when the crash's processes are ended, and again until the store says what became of its tasks. */
    void settleCrashed() {
        crashed.removeIf(this::isSettled);
    }

    /**
     * INVARIANT: the store is asked first. A task that has ended was recorded before, if there is anything in its
     * directory but a clone that was not finished.
     */
    private boolean isSettled(TaskId owner) {
        Optional<Task> task = store.find(owner);
        if (task.isEmpty() || !task.get().home().equals(workspaces.home())) {
            // Another store's, or another worker's, with the same root.
            return true;
        }
        if (!task.get().status().isFinal()) {
            return false;
        }
        if (task.get().spec().git().isPresent()) {
            workspaces.discard(owner);
        } else {
            workspaces.record(owner);
        }
        return true;
    }

    void run() {
        workspaces.unrecorded().forEach(this::isSettled);
        Map<TaskId, TaskId> known = workspaces.known();
        Set<TaskId> wanted = known.isEmpty() ? Set.of() : wanted();
        int removed = 0;
        for (Map.Entry<TaskId, TaskId> entry : known.entrySet()) {
            if (!wanted.contains(entry.getKey())) {
                removed += settle(entry.getKey(), entry.getValue()) ? 1 : 0;
            }
        }
        if (removed > 0) {
            LOG.infof("retention removed workspaces=%d", removed);
        }
    }

    private boolean settle(TaskId owner, TaskId lastUser) {
        Optional<Task> task = store.find(owner);
        if (task.isEmpty()) {
            workspaces.forget(owner);
            return true;
        }
        Optional<Task> last = owner.equals(lastUser) ? Optional.empty() : store.find(lastUser);
        boolean old =
                !age.isZero() && isOld(task.get()) && last.map(this::isOld).orElse(true);
        return old && workspaces.remove(owner);
    }

    private boolean isOld(Task task) {
        Instant before = clock.instant().minus(age);
        return task.finishedAt().filter(end -> end.isBefore(before)).isPresent();
    }

    /** A task is gone from the store. Its workspace goes now, or at a later round when a follow-up needs it still. */
    void deleted(TaskId task) {
        if (!wanted().contains(task)) {
            workspaces.forget(task);
        }
    }

    /** Those for which a follow-up waits or runs: it asks for this home by its name. */
    private Set<TaskId> wanted() {
        return OpenTasks.of(store, workspaces.home()).stream()
                .map(Task::workspace)
                .collect(Collectors.toSet());
    }
}
