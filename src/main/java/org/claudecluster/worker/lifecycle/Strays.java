package org.claudecluster.worker.lifecycle;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.claudecluster.worker.exec.Leftovers;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskStatus;
import org.claudecluster.worker.task.TaskStore;

/**
 * Runs of which there were processes on this machine before this worker began. Their worker may live beside us, or be
 * dead while its lease still counts and a worker elsewhere takes its task over. So each is watched until the store
 * says; what the store does not know is another store's business.
 */
final class Strays {

    private final TaskStore store;
    private final Leftovers leftovers;
    private final Set<Leftovers.Run> watched = ConcurrentHashMap.newKeySet();

    Strays(TaskStore store, Leftovers leftovers) {
        this.store = store;
        this.leftovers = leftovers;
    }

    /** To be called once, before the first task is started here. */
    void look() {
        watched.addAll(leftovers.found());
    }

    /** Costs nothing when there are none. */
    void endTheLost() {
        watched.removeIf(this::isSettled);
    }

    private boolean isSettled(Leftovers.Run run) {
        Optional<Task> task = store.find(run.task());
        if (task.filter(now -> isHeld(now, run)).isPresent()) {
            return false;
        }
        if (task.isPresent()) {
            leftovers.end(run);
        } else {
            leftovers.forget(run);
        }
        return true;
    }

    private static boolean isHeld(Task now, Leftovers.Run run) {
        return now.status() == TaskStatus.RUNNING && now.epoch() == run.epoch();
    }
}
