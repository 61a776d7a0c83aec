package org.claudecluster.worker.lifecycle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskFilter;
import org.claudecluster.worker.task.TaskStatus;
import org.claudecluster.worker.task.TaskStore;
import org.jboss.logging.Logger;

/**
 * Takes tasks from the store. What a claim has taken without our hearing of it, or of which we heard too late, was never
 * started: it goes back uncounted, rather than wait for the end of its lease and be told as lost. Not safe for use by
 * two threads at once.
 */
final class Claims {

    private static final Logger LOG = Logger.getLogger(Claims.class);

    private final LifecycleSettings settings;
    private final TaskStore store;
    private final RunningTasks running;
    private final Ticker ticker;
    private boolean inDoubt;

    Claims(LifecycleSettings settings, TaskStore store, RunningTasks running, Ticker ticker) {
        this.settings = settings;
        this.store = store;
        this.running = running;
        this.ticker = ticker;
    }

    /**
     * What was claimed.
     *
     * @param sentAt the ticker's reading before the claim was sent
     */
    record Claimed(List<Task> tasks, long sentAt) {}

    /** Claims at most {@code slots} tasks. Throws {@link StoreUnavailable}, and then it is unknown what was claimed. */
    Claimed claim(ExecutorType executor, int slots) {
        settleDoubts();
        // Counted from before the claim leaves: a slow reply must not lengthen our trust.
        long sentAt = ticker.nanos();
        inDoubt = true;
        List<Task> tasks = store.claim(settings.claimant(executor), slots);
        if (ticker.nanos() - sentAt >= settings.lease().trusted().toNanos()) {
            tasks.forEach(task -> giveBack(task.lease()));
            tasks = List.of();
        }
        inDoubt = false;
        return new Claimed(tasks, sentAt);
    }

    /** INVARIANT: only what has never run here goes back like this; a lost run counts. */
    private void settleDoubts() {
        if (!inDoubt) {
            return;
        }
        Set<Lease> ours = store.list(runningHere()).stream()
                .filter(task -> task.worker().equals(Optional.of(settings.id())))
                .map(Task::lease)
                .collect(Collectors.toSet());
        ours.stream().filter(lease -> !running.hasRun(lease)).forEach(this::giveBack);
        running.forgetLostBut(ours);
        inDoubt = false;
    }

    private TaskFilter runningHere() {
        return new TaskFilter(
                Optional.of(TaskStatus.RUNNING),
                Optional.of(settings.id().value()),
                Map.of(),
                Optional.empty(),
                TaskFilter.MAX_LIMIT);
    }

    private void giveBack(Lease lease) {
        LOG.warnf("the reply to a claim was lost or late, the task goes back taskId=%s", lease.task());
        store.giveBack(lease);
    }
}
