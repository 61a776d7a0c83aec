package org.claudecluster.worker.lifecycle;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.claudecluster.worker.exec.OrphanCleaner;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.TaskStore;

/**
 * Runs of which there were processes on this machine before this worker began. Their worker may live beside us, or be
 * dead while its lease still counts and a worker elsewhere takes its task over. So each is watched until the store
 * says; what the store does not know is another store's business.
 */
final class OrphanedRuns {

    private final TaskStore store;
    private final OrphanCleaner leftovers;
    private final Set<OrphanCleaner.Run> watched = ConcurrentHashMap.newKeySet();
    private final Set<OrphanCleaner.Run> lost = ConcurrentHashMap.newKeySet();

    OrphanedRuns(TaskStore store, OrphanCleaner leftovers) {
        this.store = store;
        this.leftovers = leftovers;
    }

    /**
     * To be called once, before the first task is started here: one look at the machine, for all of them.
     *
     * @param reaped runs of which the store has said already that they are lost
     */
    void begin(Set<OrphanCleaner.Run> reaped) {
        OrphanCleaner.Look look = leftovers.look();
        watched.addAll(look.runs());
        lost.addAll(reaped);
        leftovers.endCalls(look);
        settle(Optional.of(look));
    }

    /** Costs nothing when there are none, and no look at the machine while all of them are held. */
    void endTheLost() {
        settle(Optional.empty());
    }

    private synchronized void settle(Optional<OrphanCleaner.Look> seen) {
        Set<OrphanCleaner.Run> unknown = new HashSet<>();
        for (OrphanCleaner.Run run : watched) {
            Optional<Task> task = store.findOfAnyTenant(run.task());
            if (task.isEmpty()) {
                unknown.add(run);
            } else if (!isHeld(task.get(), run)) {
                lost.add(run);
            }
        }
        if (lost.isEmpty() && unknown.isEmpty()) {
            return;
        }
        OrphanCleaner.Look look = seen.orElseGet(leftovers::look);
        leftovers.end(lost, look);
        leftovers.forget(unknown, look);
        watched.removeAll(lost);
        watched.removeAll(unknown);
        lost.clear();
    }

    private static boolean isHeld(Task now, OrphanCleaner.Run run) {
        return now.status() == TaskStatus.RUNNING && now.epoch() == run.epoch();
    }
}
