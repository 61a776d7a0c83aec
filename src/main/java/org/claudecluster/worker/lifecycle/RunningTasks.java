package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.outcome.StopSignal;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;

/**
 * The runs of this process, from the claim until the last write. A task can be here twice: a run whose lease was lost
 * and that still ends, and its successor that waits for that end.
 */
final class RunningTasks {

    private final Ticker ticker;
    private final Duration trusted;
    private final ConcurrentHashMap<Lease, Running> running = new ConcurrentHashMap<>();
    /** Of runs that have ended; until {@link #forgetLostBut}. Each is an accident, so they are few. */
    private final Set<Lease> lost = ConcurrentHashMap.newKeySet();

    /** How long a claim is trusted, counted from before it was sent. */
    RunningTasks(Ticker ticker, Duration trusted) {
        this.ticker = ticker;
        this.trusted = trusted;
    }

    /** One of them. */
    static final class Running {

        private final Lease lease;
        private final LeaseDeadline trust;
        private final List<Running> predecessors;
        private final StopSignal stop = new StopSignal();
        private final CompletableFuture<Void> gone = new CompletableFuture<>();

        Running(Lease lease, LeaseDeadline trust, List<Running> predecessors) {
            this.lease = lease;
            this.trust = trust;
            this.predecessors = predecessors;
        }

        Lease lease() {
            return lease;
        }

        LeaseDeadline trust() {
            return trust;
        }

        StopSignal stop() {
            return stop;
        }

        /** Another worker may have the task from now on: the tree is killed and nothing more is written. */
        void lose() {
            stop.ask(StopCause.LEASE_LOST);
        }

        boolean isLost() {
            return stop.cause().equals(Optional.of(StopCause.LEASE_LOST));
        }

        /** INVARIANT: no two runs of a task in one process, hence no two writers of its transcript. */
        void awaitPredecessors() {
            predecessors.forEach(earlier -> earlier.gone.join());
        }
    }

    /**
     * Adds a task that was claimed.
     *
     * @param sentAt the ticker's reading before the claim was sent
     */
    synchronized Running add(Task task, long sentAt) {
        List<Running> predecessors = all().stream()
                .filter(earlier -> earlier.lease.task().equals(task.id()))
                .toList();
        // That we could claim it again says that they are lost, even if no renewal has said so yet.
        predecessors.forEach(Running::lose);
        Running added = new Running(task.lease(), new LeaseDeadline(ticker, trusted, sentAt), predecessors);
        running.put(added.lease, added);
        return added;
    }

    /** Nothing of the run is left. */
    void remove(Running ended) {
        if (ended.isLost()) {
            lost.add(ended.lease);
        }
        running.remove(ended.lease, ended);
        ended.gone.complete(null);
    }

    /** Whether a run under this lease was begun here, and has not ended in order. */
    boolean hasRun(Lease lease) {
        // In this order: a lease goes from the first to the second.
        return running.containsKey(lease) || lost.contains(lease);
    }

    /** These leases alone may still be asked for. */
    void forgetLostBut(Set<Lease> held) {
        lost.retainAll(held);
    }

    /** The newest run of the task. */
    Optional<Running> find(TaskId task) {
        return running.values().stream()
                .filter(found -> found.lease.task().equals(task))
                .max(Comparator.comparingLong(found -> found.lease.epoch()));
    }

    /** Stops what can't be trusted any more. Cheap, touches neither disk nor network. */
    void fence() {
        for (Running task : running.values()) {
            if (!task.trust.holds()) {
                task.lose();
            }
        }
    }

    /** Those whose lease may be renewed. */
    List<Running> held() {
        return running.values().stream().filter(task -> !task.isLost()).toList();
    }

    Collection<Running> all() {
        return List.copyOf(running.values());
    }

    void stopAll(StopCause cause) {
        all().forEach(task -> task.stop().ask(cause));
    }

    boolean isEmpty() {
        return running.isEmpty();
    }
}
