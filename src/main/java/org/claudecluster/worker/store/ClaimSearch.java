package org.claudecluster.worker.store;

import java.util.ArrayList;
import java.util.List;
import org.claudecluster.worker.store.database.StoreFault;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.jboss.logging.Logger;

/** Looks for what a claimant may have, and puts right what stands in the way of that. */
final class ClaimSearch {

    private static final Logger LOG = Logger.getLogger(ClaimSearch.class);

    /** Of up to {@link Places#BATCH} tasks each, so that nobody waits long for them; the next claim goes on. */
    private static final int MOST_MOVES = 10;

    private ClaimSearch() {}

    /** The most urgent, in the claimant's hands: a claim of them may still lose to a rival. */
    static List<Task> of(JdbcTaskStore store, Claimant claimant, int slots) {
        Unreadable.Found found = look(store, claimant, slots);
        while (ends(store, found.unreadable()) && found.tasks().isEmpty()) {
            found = look(store, claimant, slots);
        }
        return found.tasks();
    }

    /**
     * Claims what was found. A row whose claim the store rejects fails alone, or nothing behind it would ever run. Throws
     * {@link StoreRejectedException} where no row is to blame: all that waits would fail.
     */
    static List<Task> claimed(JdbcTaskStore store, Claimant claimant, int slots, List<Task> found) {
        try {
            return store.write(connection -> Leases.claim(connection, claimant, slots, found));
        } catch (StoreRejectedException e) {
            requireOfData(e);
            return claimedEach(store, claimant, found);
        }
    }

    private static List<Task> claimedEach(JdbcTaskStore store, Claimant claimant, List<Task> found) {
        List<Task> claimed = new ArrayList<>();
        for (Task task : found) {
            try {
                claimed.addAll(store.write(connection -> Leases.claim(connection, claimant, 1, List.of(task))));
            } catch (StoreRejectedException e) {
                requireOfData(e);
                boolean _ = ends(store, List.of(Unreadable.rejected(task, e)));
            }
        }
        return claimed;
    }

    private static void requireOfData(StoreRejectedException e) {
        if (!StoreFault.isOfData(e)) {
            throw e;
        }
    }

    /** Without a transaction, since mostly there is nothing for an idle worker's poll. */
    private static Unreadable.Found look(JdbcTaskStore store, Claimant claimant, int slots) {
        Unreadable.Found found = store.read(connection -> Turns.claimable(connection, claimant, slots));
        for (int moves = 0; found.isAnyToMove() && moves < MOST_MOVES; moves++) {
            int moved = store.write(connection -> Places.move(connection, claimant));
            if (moved == 0) {
                // A rival moves them just now.
                return found;
            }
            found = store.read(connection -> Turns.claimable(connection, claimant, slots));
        }
        return found;
    }

    /** Says whether any was ended, so that another look may find more. */
    private static boolean ends(JdbcTaskStore store, List<Unreadable> unreadable) {
        if (unreadable.isEmpty()) {
            return false;
        }
        List<TaskId> ended = store.write(connection -> Unreadable.end(connection, unreadable));
        LOG.errorf("failed what can't be read in the store taskIds=%s", ended);
        return !ended.isEmpty();
    }
}
