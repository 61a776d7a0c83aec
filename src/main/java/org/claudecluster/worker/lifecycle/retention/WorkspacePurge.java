package org.claudecluster.worker.lifecycle.retention;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Workspaces;
import org.claudecluster.worker.task.store.TaskStore;
import org.jboss.logging.Logger;

/**
 * Removes the workspaces on this machine that nobody will look at again: those whose last task has ended long enough
 * ago, and those whose tasks are no longer in the store. With a workspace go the HOME of its tasks and, when no task
 * names them any more, the CLI's sessions. No other worker can do it.
 */
public final class WorkspacePurge {

    private static final Logger LOG = Logger.getLogger(WorkspacePurge.class);

    private final Duration age;
    private final TaskStore store;
    private final Workspaces workspaces;
    private final Sessions sessions;
    private final InstantSource clock;
    private final Set<TaskId> crashed = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean begun = new AtomicBoolean();

    /** With zero for as long as the task. */
    public WorkspacePurge(
            Duration age, TaskStore store, Workspaces workspaces, Sessions sessions, InstantSource clock) {
        this.age = age;
        this.store = store;
        this.workspaces = workspaces;
        this.sessions = sessions;
        this.clock = clock;
    }

    /** To be called once, before the first task begins here: a directory of which nothing is known is a crash's. */
    public void look() {
        crashed.addAll(workspaces.unsettled());
    }

    /** To be called when the crash's processes are ended, and again until the store says what became of its tasks. */
    public void settleCrashed() {
        crashed.removeIf(this::isSettled);
        if (!begun.getAndSet(true)) {
            // It may take minutes, and nobody waits for it.
            Thread.ofPlatform().daemon().name("sweep").start(workspaces::sweep);
        }
    }

    /**
     * INVARIANT: the store is asked first. A task that has ended was recorded before, if there is anything in its
     * directory but a clone that was not finished.
     */
    private boolean isSettled(TaskId owner) {
        Optional<Task> task = store.findOfAnyTenant(owner);
        if (task.isEmpty() || !task.get().home().equals(workspaces.home())) {
            // Another store's, or another worker's, with the same root.
            return true;
        }
        if (!task.get().status().isFinal()) {
            return false;
        }
        workspaces.settleCrashed(
                owner, task.get().sessionId().map(UUID::fromString).filter(sessions::reaches));
        return true;
    }

    public void run() {
        workspaces.unsettled().forEach(this::isSettled);
        int removed = 0;
        for (Map.Entry<TaskId, TaskId> entry : workspaces.known().entrySet()) {
            removed += settle(entry.getKey(), entry.getValue()) ? 1 : 0;
        }
        if (removed > 0) {
            LOG.infof("retention removed workspaces=%d", removed);
        }
        workspaces.sweep();
    }

    /** A task is gone from the store. What its chain has left goes now, or later when a task of it needs it still. */
    public void deleted(TaskId owner) {
        workspaces.lastUser(owner).ifPresent(lastUser -> settle(owner, lastUser));
    }

    private boolean settle(TaskId owner, TaskId lastUser) {
        Optional<Task> task = store.findOfAnyTenant(owner);
        Optional<Task> last = owner.equals(lastUser) ? task : store.findOfAnyTenant(lastUser);
        if (task.isEmpty() && last.isEmpty()) {
            boolean gone = workspaces.forget(owner, () -> isUnwanted(owner));
            if (gone || isUnwanted(owner)) {
                forgetSessions(owner);
            }
            return gone;
        }
        boolean old = !age.isZero()
                && task.map(this::isOld).orElse(true)
                && last.map(this::isOld).orElse(true);
        return old && workspaces.remove(owner, () -> isUnwanted(owner));
    }

    private boolean isOld(Task task) {
        Instant before = clock.instant().minus(age);
        return task.finishedAt().filter(end -> end.isBefore(before)).isPresent();
    }

    /** INVARIANT: a session that any task names stays: a caller may resume what another caller's task began. */
    private void forgetSessions(TaskId owner) {
        Set<UUID> gone = workspaces.sessions(owner);
        if (gone.isEmpty()) {
            return;
        }
        gone = gone.stream().filter(session -> !store.namesSession(session)).collect(Collectors.toSet());
        gone.forEach(sessions::remove);
        workspaces.forgetSessions(owner, gone);
    }

    private boolean isUnwanted(TaskId owner) {
        return store.openFollowUpOfAnyTenant(owner).isEmpty();
    }
}
