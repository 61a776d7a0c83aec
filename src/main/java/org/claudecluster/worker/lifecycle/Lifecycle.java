package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.Leftovers;
import org.claudecluster.worker.exec.StopCause;
import org.claudecluster.worker.exec.Watchdog;
import org.claudecluster.worker.task.LocalSignals;
import org.claudecluster.worker.task.StopRequest;
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
    private final ExecutorStrategy strategy;
    private final Leftovers leftovers;
    private final Watchdog watchdog;
    private final Strays strays;
    private final Instant startedAt;
    private final RunningTasks running;
    private final Slots slots;
    private final QueueGauge queue;
    private final Dispatcher dispatcher;
    private final LeaseKeeper leases;
    private final Drain drain;
    private final Purge purge;
    private final WorkspacePurge workspaces;
    private final AtomicBoolean draining = new AtomicBoolean();
    private final CountDownLatch drained = new CountDownLatch(1);
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(
            4, Thread.ofPlatform().name("worker-timer-", 0).daemon().factory());

    public Lifecycle(
            LifecycleSettings settings,
            TaskStore store,
            WorkerRegistry registry,
            Transcripts transcripts,
            ExecutorStrategy strategy,
            ClaimGate gate,
            Leftovers leftovers,
            Watchdog watchdog,
            TaskObserver observer,
            InstantSource clock,
            Ticker ticker) {
        this.settings = settings;
        this.store = store;
        this.registry = registry;
        this.transcripts = transcripts;
        this.strategy = strategy;
        this.leftovers = leftovers;
        this.watchdog = watchdog;
        this.strays = new Strays(store, leftovers);
        this.startedAt = clock.instant();
        this.slots = new Slots(settings.slots());
        this.queue = new QueueGauge(store, settings.queueCapacity());
        this.running = new RunningTasks(ticker, settings.lease().trusted());
        this.leases = new LeaseKeeper(settings.lease(), store, running, ticker);
        Parking parking = new Parking(settings.park(), clock);
        TaskRunner runner =
                new TaskRunner(transcripts, running, slots, new OutcomeWriter(store), parking, draining::get, observer);
        this.dispatcher = new Dispatcher(
                settings, new Claims(settings, store, running, ticker), strategy, gate, slots, runner, queue, observer);
        this.purge = new Purge(settings.retention(), store, transcripts.log(), observer);
        this.workspaces = new WorkspacePurge(settings.retention().workspaces(), store, settings.workspaces(), clock);
        this.drain = new Drain(running, dispatcher, settings.stop());
    }

    /** Ends what a predecessor left and begins to claim. */
    public void start() {
        announce();
        strays.look();
        workspaces.look();
        reap(settings.ownsStore());
        attempt(strays::endTheLost);
        attempt(workspaces::settleCrashed);
        queue.refresh();
        leases.start();
        dispatcher.start();
        every(settings.flush(), transcripts::flushAll);
        every(settings.lease().renew(), this::announce);
        every(settings.lease().renew(), () -> reap(false));
        every(settings.lease().renew(), strays::endTheLost);
        every(settings.lease().renew(), workspaces::settleCrashed);
        every(settings.lease().renew(), strategy::lookAgain);
        every(EVERY_SECOND, this::lookForStops);
        every(EVERY_SECOND, queue::tick);
        every(EVERY_SECOND, leftovers::reapOrphans);
        every(EVERY_SECOND, watchdog::look);
        every(settings.retention().interval(), purge::run);
        every(settings.retention().interval(), workspaces::run);
    }

    /**
     * Claims no more, lets what runs finish for {@code worker.drain.timeout}, ends the rest and returns when that is
     * written. A second call waits for the first.
     */
    public void drain() {
        if (draining.getAndSet(true)) {
            awaitDrained();
            return;
        }
        // Others should hear of it at once; if the store is away we drain without having told.
        timer.execute(() -> attempt(this::announce));
        drain.run();
        drained.countDown();
    }

    /** Ends at once what a drain still waits for. */
    public void hurry() {
        drain.hurry();
    }

    /** Drains without waiting for what runs, and ends this worker's own work. */
    public void stop() {
        hurry();
        drain();
        leases.stop();
        // Not shutdownNow: an interrupt during file access would close an embedded store under everybody.
        timer.shutdown();
        attempt(() -> registry.leave(settings.id()));
        LOG.infof("stopped, tasks left running: %d", running.all().size());
    }

    private void awaitDrained() {
        try {
            drained.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void announce() {
        registry.announce(settings.state(slots.used(), draining()));
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

    private void reap(boolean othersAreDead) {
        List<Task> reaped = store.reap(settings.id(), othersAreDead);
        for (Task task : reaped) {
            LOG.warnf("reaped taskId=%s, now %s", task.id(), task.status().wire());
            leftovers.end(new Leftovers.Run(task.id(), task.epoch()));
            transcripts.changed(task.id());
        }
        if (!reaped.isEmpty()) {
            dispatcher.wake();
        }
    }

    private void lookForStops() {
        if (!running.isEmpty()) {
            store.stopRequests(settings.id()).forEach(wanted -> stop(wanted.task(), wanted.wish()));
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
        stop(task, StopRequest.Wish.CANCEL);
    }

    @Override
    public void interruptRequested(TaskId task) {
        stop(task, StopRequest.Wish.INTERRUPT);
    }

    private void stop(TaskId task, StopRequest.Wish wish) {
        StopCause cause = switch (wish) {
            case CANCEL -> StopCause.CANCELLED;
            case INTERRUPT -> StopCause.INTERRUPTED;
        };
        running.find(task).ifPresent(found -> found.stop().ask(cause));
    }

    @Override
    public void finalised(TaskId task) {
        queue.giveBack();
        transcripts.changed(task);
    }

    @Override
    public void deleted(TaskId task) {
        attempt(() -> workspaces.deleted(task));
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
        return draining.get();
    }

    @Override
    public boolean accepting() {
        return !draining() || !settings.ownsStore();
    }

    @Override
    public Instant startedAt() {
        return startedAt;
    }
}
