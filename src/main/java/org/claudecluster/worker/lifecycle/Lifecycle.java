package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.Leftovers;
import org.claudecluster.worker.exec.StopCause;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.LocalSignals;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskObserver;
import org.claudecluster.worker.task.TaskStore;
import org.claudecluster.worker.task.Worker;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.WorkerRegistry;
import org.claudecluster.worker.transcript.Transcripts;
import org.jboss.logging.Logger;

/** This worker's life: claims, renews, reaps and at last lets go. */
public final class Lifecycle implements Worker, LocalSignals {

    private static final Logger LOG = Logger.getLogger(Lifecycle.class);
    private static final Duration EVERY_SECOND = Duration.ofSeconds(1);

    private final LifecycleSettings settings;
    private final TaskStore store;
    private final WorkerRegistry registry;
    private final Transcripts transcripts;
    private final Leftovers leftovers;
    private final Instant startedAt;
    private final RunningTasks running = new RunningTasks();
    private final Slots slots;
    private final QueueGauge queue;
    private final Dispatcher dispatcher;
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(
            2, Thread.ofPlatform().name("worker-timer-", 0).daemon().factory());
    private volatile boolean draining;

    public Lifecycle(
            LifecycleSettings settings,
            TaskStore store,
            WorkerRegistry registry,
            Transcripts transcripts,
            ExecutorStrategy strategy,
            Leftovers leftovers,
            TaskObserver observer,
            InstantSource clock) {
        this.settings = settings;
        this.store = store;
        this.registry = registry;
        this.transcripts = transcripts;
        this.leftovers = leftovers;
        this.startedAt = clock.instant();
        this.slots = new Slots(settings.slots());
        this.queue = new QueueGauge(store, settings.queueCapacity());
        OutcomeWriter outcomes = new OutcomeWriter(store, settings.lease());
        TaskRunner runner = new TaskRunner(transcripts, running, slots, outcomes, observer);
        this.dispatcher = new Dispatcher(settings, store, strategy, slots, runner, queue, observer);
    }

    /** Ends what a predecessor left and begins to claim. */
    public void start() {
        registry.announce(settings.state(0, false));
        reap(settings.ownsStore());
        queue.refresh();
        dispatcher.start();
        every(settings.flush(), transcripts::flushAll);
        every(settings.renew(), this::renew);
        every(settings.renew(), () -> reap(false));
        every(EVERY_SECOND, this::lookForCancels);
        every(EVERY_SECOND, queue::refresh);
        every(EVERY_SECOND, leftovers::reapOrphans);
    }

    /** Claims no more, ends what runs and waits until its outcome is written. */
    public void stop() {
        draining = true;
        long giveUpAt = System.nanoTime() + settings.stopPatience().toNanos();
        running.stopAll(StopCause.DRAINED);
        // INVARIANT: nothing is claimed after this, so the second round reaches what the last claim has brought.
        dispatcher.stop(settings.stopPatience());
        running.stopAll(StopCause.DRAINED);
        while (!running.isEmpty() && System.nanoTime() - giveUpAt < 0) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        timer.shutdownNow();
        attempt(() -> registry.leave(settings.id()));
        LOG.infof("stopped, tasks left running: %d", running.all().size());
    }

    private void every(Duration interval, Runnable job) {
        long millis = interval.toMillis();
        ScheduledFuture<?> _ = timer.scheduleWithFixedDelay(() -> attempt(job), millis, millis, TimeUnit.MILLISECONDS);
    }

    /** A timer forgets a job that throws. */
    private static void attempt(Runnable job) {
        try {
            job.run();
        } catch (StoreUnavailable e) {
            LOG.warnf("the store does not answer: %s", e.getCause());
        } catch (RuntimeException e) {
            LOG.error("a timed job failed", e);
        }
    }

    private void renew() {
        registry.announce(settings.state(slots.used(), draining));
        List<Lease> leases = running.leases();
        if (leases.isEmpty()) {
            return;
        }
        Set<Lease> held = store.renew(settings.lease(), leases);
        for (Lease lease : leases) {
            if (!held.contains(lease)) {
                running.find(lease.task())
                        .filter(task -> task.lease().equals(lease))
                        .ifPresent(task -> task.stop().ask(StopCause.LEASE_LOST));
            }
        }
    }

    private void reap(boolean othersAreDead) {
        List<Task> reaped = store.reap(settings.id(), othersAreDead);
        for (Task task : reaped) {
            LOG.warnf("reaped taskId=%s, now %s", task.id(), task.status().wire());
            leftovers.end(task.id());
            transcripts.changed(task.id());
        }
        if (!reaped.isEmpty()) {
            dispatcher.wake();
        }
    }

    private void lookForCancels() {
        if (!running.isEmpty()) {
            store.cancelRequests(settings.id()).forEach(this::cancelRequested);
        }
    }

    /** What waits and what may still be admitted. */
    public QueueGauge queue() {
        return queue;
    }

    @Override
    public void enqueued() {
        dispatcher.wake();
    }

    @Override
    public void cancelRequested(TaskId task) {
        running.find(task).ifPresent(found -> found.stop().ask(StopCause.CANCELLED));
    }

    @Override
    public void finalised(TaskId task) {
        queue.giveBack();
        transcripts.changed(task);
    }

    @Override
    public WorkerId id() {
        return settings.id();
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public int slots() {
        return slots.total();
    }

    @Override
    public int activeTasks() {
        return slots.used();
    }

    @Override
    public boolean draining() {
        return draining;
    }

    @Override
    public Instant startedAt() {
        return startedAt;
    }
}
