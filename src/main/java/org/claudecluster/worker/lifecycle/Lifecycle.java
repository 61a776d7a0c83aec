package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.OrphanCleaner;
import org.claudecluster.worker.lifecycle.Timers.Wait;
import org.claudecluster.worker.lifecycle.retention.RetentionJob;
import org.claudecluster.worker.lifecycle.retention.TranscriptSweep;
import org.claudecluster.worker.lifecycle.retention.WorkspacePurge;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Worker;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.Intake;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.QueueNotifier;
import org.claudecluster.worker.task.store.StopRequest;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.task.store.TaskStore;
import org.claudecluster.worker.task.store.WorkerRegistry;
import org.claudecluster.worker.transcript.Transcripts;
import org.claudecluster.worker.watchdog.Watchdog;
import org.jboss.logging.Logger;

/** This worker's life: claims, renews, reaps and at last lets go. */
public final class Lifecycle implements Worker, Intake, QueueNotifier {

    private static final Logger LOG = Logger.getLogger(Lifecycle.class);
    private static final Duration EVERY_SECOND = Duration.ofSeconds(1);

    private final LifecycleSettings settings;
    private final TaskStore store;
    private final WorkerRegistry registry;
    private final Transcripts transcripts;
    private final OrphanCleaner leftovers;
    private final Watchdog watchdog;
    private final OrphanedRuns strays;
    private final TaskObserver observer;
    private final Instant startedAt;
    private final RunningTasks running;
    private final Slots slots;
    private final QueueGauge queue;
    private final StoreReadiness readiness;
    private final Dispatcher dispatcher;
    private final LeaseKeeper leases;
    private final Drain drain;
    private final RetentionJob purge;
    private final TranscriptSweep sweep;
    private final WorkspacePurge workspaces;
    private final AtomicBoolean draining = new AtomicBoolean();
    private final CountDownLatch drained = new CountDownLatch(1);
    private final Timers timers = new Timers();

    /** Holds where this worker's tasks, its own row, and what tasks print are kept. */
    public record Stores(TaskStore tasks, WorkerRegistry workers, Transcripts transcripts) {}

    /** Holds what runs tasks here, what decides whether it may, and what ends runs that must not go on. */
    public record Execution(ExecutorStrategy strategy, ClaimGate gate, OrphanCleaner leftovers, Watchdog watchdog) {}

    public Lifecycle(
            LifecycleSettings settings,
            Stores stores,
            Execution execution,
            TaskObserver observer,
            InstantSource clock,
            Ticker ticker) {
        this.settings = settings;
        this.store = stores.tasks();
        this.registry = stores.workers();
        this.transcripts = stores.transcripts();
        this.leftovers = execution.leftovers();
        this.watchdog = execution.watchdog();
        this.observer = observer;
        this.strays = new OrphanedRuns(store, leftovers);
        this.startedAt = clock.instant();
        this.slots = new Slots(settings.queue().slots());
        this.queue = new QueueGauge(store, settings.queue().capacity());
        this.readiness = new StoreReadiness(store, ticker);
        this.running = new RunningTasks(ticker, settings.lease().trusted());
        this.leases = new LeaseKeeper(settings.lease(), store, running, ticker);
        Sequel sequel = new Sequel(settings.park(), store, clock);
        TaskRunner runner =
                new TaskRunner(transcripts, running, slots, new OutcomeWriter(store), sequel, draining::get, observer);
        this.dispatcher = new Dispatcher(
                settings,
                new Claims(settings, store, running, observer, ticker),
                execution.strategy(),
                execution.gate(),
                slots,
                runner,
                queue,
                observer);
        this.purge = new RetentionJob(settings.retention(), store, transcripts.log(), observer);
        this.sweep = new TranscriptSweep(store, transcripts.log(), clock);
        this.workspaces = new WorkspacePurge(
                settings.retention().workspaces(),
                store,
                settings.holdings().workspaces(),
                settings.holdings().sessions(),
                clock);
        this.drain = new Drain(running, dispatcher, settings.stop());
    }

    /** Takes over what a predecessor left, and returns: what has to be ended before the first claim is not waited for. */
    public void start() {
        announce();
        Set<OrphanCleaner.Run> lost = runs(reaped(settings.queue().ownsStore()));
        queue.refresh();
        leases.start();
        Thread.ofPlatform().name("recovery").daemon().start(() -> recover(lost));
        timers.every(EVERY_SECOND, Wait.NOTHING, leftovers::reapOrphans);
        timers.every(EVERY_SECOND, Wait.NOTHING, watchdog::look);
        timers.every(settings.flush(), Wait.OUTPUT, transcripts::flushAll);
        timers.every(StoreReadiness.EVERY, Wait.READINESS, readiness::look);
        timers.every(settings.lease().renew(), Wait.STORE, this::announce);
        timers.every(settings.lease().renew(), Wait.STORE, this::reap);
        timers.every(EVERY_SECOND, Wait.STORE, this::lookForStops);
        timers.every(EVERY_SECOND, Wait.STORE, queue::tick);
        timers.every(settings.retention().interval(), Wait.DELETIONS, purge::run);
        timers.every(settings.retention().interval(), Wait.DELETIONS, sweep::run);
        timers.every(settings.retention().interval(), Wait.DELETIONS, workspaces::run);
    }

    /**
     * INVARIANT: nothing is claimed before what the lost runs left was ended, or told: a claim may be the next run of
     * one of them, in the same directory.
     */
    private void recover(Set<OrphanCleaner.Run> lost) {
        Timers.attempt(() -> strays.begin(lost));
        Timers.attempt(workspaces::look);
        Timers.attempt(workspaces::settleCrashed);
        dispatcher.start();
        timers.every(settings.lease().renew(), Wait.STORE, strays::endTheLost);
        timers.every(settings.lease().renew(), Wait.DELETIONS, workspaces::settleCrashed);
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
        timers.soon(Wait.STORE, this::announce);
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
        timers.stop();
        Timers.attempt(() -> registry.leave(settings.worker().id()));
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

    private void reap() {
        List<Task> reaped = reaped(false);
        leftovers.end(runs(reaped));
        if (!reaped.isEmpty()) {
            dispatcher.wake();
        }
    }

    private List<Task> reaped(boolean othersAreDead) {
        List<Task> reaped = store.reap(settings.worker().id(), othersAreDead);
        for (Task task : reaped) {
            LOG.warnf("reaped taskId=%s, now %s", task.id(), task.status().wire());
            task.outcome()
                    .ifPresent(outcome -> observer.ended(task.executorType(), outcome.status(), outcome.reason()));
            transcripts.changed(task.id());
        }
        return reaped;
    }

    private static Set<OrphanCleaner.Run> runs(List<Task> tasks) {
        return tasks.stream()
                .map(task -> new OrphanCleaner.Run(task.id(), task.epoch()))
                .collect(Collectors.toSet());
    }

    private void lookForStops() {
        if (!running.isEmpty()) {
            store.stopRequests(settings.worker().id()).forEach(wanted -> stop(wanted.task(), wanted.wish()));
        }
    }

    /** What waits and what may still be admitted. */
    public QueueGauge queue() {
        return queue;
    }

    /** Whether the store takes writes. */
    public StoreReadiness storeReadiness() {
        return readiness;
    }

    @Override
    public Enqueued enqueue(NewTask task) {
        return dispatcher.enqueue(task);
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
        observer.ended(Optional.empty(), TaskStatus.CANCELLED, Optional.of(Reason.CANCELLED));
        transcripts.changed(task);
    }

    @Override
    public void deleted(TaskId workspace) {
        Timers.attempt(() -> workspaces.deleted(workspace));
    }

    @Override
    public WorkerId id() {
        return settings.worker().id();
    }

    @Override
    public String name() {
        return settings.worker().name();
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
        return !draining() || !settings.queue().ownsStore();
    }

    @Override
    public Instant startedAt() {
        return startedAt;
    }
}
