package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskObserver;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Claims tasks while slots are free. A task that comes when a slot is free and nothing waits is claimed in the write
 * that enqueues it. Waiting tasks are claimed by one thread, so that this process never races itself for a task; woken
 * by a local enqueue or a slot that became free, and by the clock for what others enqueued or what has become due.
 */
final class Dispatcher {

    private static final Logger LOG = Logger.getLogger(Dispatcher.class);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

    private final LifecycleSettings settings;
    private final Claims claims;
    private final ExecutorStrategy strategy;
    private final ClaimGate gate;
    private final Slots slots;
    private final TaskRunner runner;
    private final QueueGauge queue;
    private final TaskObserver observer;
    private final Semaphore wakeUps = new Semaphore(0);
    /** How many tasks are being enqueued with a claim. */
    private final AtomicInteger enqueuing = new AtomicInteger();
    /** False when the last look has left nothing for us, and nobody has told of anything since. */
    private volatile boolean mayWait = true;

    private volatile boolean stopped;
    private volatile @Nullable Thread thread;

    Dispatcher(
            LifecycleSettings settings,
            Claims claims,
            ExecutorStrategy strategy,
            ClaimGate gate,
            Slots slots,
            TaskRunner runner,
            QueueGauge queue,
            TaskObserver observer) {
        this.settings = settings;
        this.claims = claims;
        this.strategy = strategy;
        this.gate = gate;
        this.slots = slots;
        this.runner = runner;
        this.queue = queue;
        this.observer = observer;
    }

    void start() {
        thread = Thread.ofPlatform().name("dispatcher").daemon().start(this::dispatchUntilStopped);
    }

    /** No claim begins after this; what one that is under way brings goes back ({@link TaskRunner}). */
    void stop() {
        stopped = true;
        wake();
    }

    /** Whether the last claim has handed over what it got. */
    boolean hasEnded() {
        Thread started = thread;
        return enqueuing.get() == 0 && (started == null || !started.isAlive());
    }

    /** Something may wait. */
    void wake() {
        mayWait = true;
        wakeUps.release();
    }

    private void slotFree() {
        if (mayWait) {
            wakeUps.release();
        }
    }

    /** Makes a task durable; claims it in the same write, where this worker may run it at once. */
    Enqueued enqueue(NewTask task) {
        // In this order: a stop that comes later finds us among those who enqueue.
        enqueuing.incrementAndGet();
        if (thread == null || stopped) {
            enqueuing.decrementAndGet();
            return enqueuedToWait(task);
        }
        boolean isSettled = false;
        try {
            Enqueued answer = enqueued(task, strategy.choice());
            isSettled = !(answer instanceof Enqueued.Created);
            return answer;
        } finally {
            enqueuing.decrementAndGet();
            if (!isSettled) {
                // It waits, or nobody knows.
                wake();
            }
        }
    }

    /** Nobody claims it by that, so that a drain need not wait for it: others may submit as long as it lasts. */
    private Enqueued enqueuedToWait(NewTask task) {
        try {
            return claims.enqueue(task);
        } finally {
            wake();
        }
    }

    private Enqueued enqueued(NewTask task, ExecutorStrategy.Choice choice) {
        TaskExecutor executor = choice.active();
        if (!choice.mayClaim(settings.queue().ownsStore()) || !gate.isOpen(executor.type()) || !slots.holdBackOne()) {
            return claims.enqueue(task);
        }
        boolean taken = false;
        try {
            Enqueued answer =
                    claims.enqueue(task, executor.type(), (claimed, sentAt) -> start(claimed, executor, sentAt));
            taken = answer instanceof Enqueued.Claimed;
            return answer;
        } finally {
            if (!taken) {
                slots.letGo(1);
            }
        }
    }

    private void dispatchUntilStopped() {
        while (!stopped) {
            try {
                wakeUps.tryAcquire(jittered(settings.queue().poll()).toNanos(), TimeUnit.NANOSECONDS);
                wakeUps.drainPermits();
                if (!stopped) {
                    dispatch();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (StoreUnavailableException e) {
                LOG.warnf("no claim: %s", e.getMessage());
            } catch (RuntimeException e) {
                // Without this thread nothing would ever run again: the next round may go better.
                LOG.error("a claim failed", e);
            }
        }
        settleAtLast();
    }

    /** What the last claims may have taken goes back now, rather than be told as lost; in vain once their lease is over. */
    private void settleAtLast() {
        long giveUpAt = System.nanoTime() + settings.lease().trusted().toNanos();
        boolean isSettled = isSettled();
        while (!isSettled && System.nanoTime() - giveUpAt < 0) {
            LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
            isSettled = isSettled();
        }
    }

    /** INVARIANT: in this order: one that is under way may still come to be in doubt. */
    private boolean isSettled() {
        return enqueuing.get() == 0 && claims.isSettled();
    }

    /** Claims until the slots are full or nothing is due, as long as the executor may and the gate is open. */
    private void dispatch() {
        claims.settleDoubts();
        mayWait = true;
        boolean again = true;
        while (again && !stopped) {
            int free = slots.holdBackFree();
            int taken = 0;
            try {
                taken = free == 0 ? 0 : claimed(free);
            } finally {
                slots.letGo(free - taken);
            }
            again = free > 0 && taken == free;
        }
    }

    /** Says how many of the slots that are held back are taken now. */
    private int claimed(int free) {
        ExecutorStrategy.Choice choice = strategy.choice();
        TaskExecutor executor = choice.active();
        if (!choice.mayClaim(settings.queue().ownsStore())) {
            return 0;
        }
        if (!gate.isOpen(executor.type())) {
            return letOneTry(executor);
        }
        // Before the look, so that whoever tells of something after it is heard.
        mayWait = false;
        boolean sawTheEnd = false;
        try {
            int started = started(executor, claims.claim(executor.type(), free));
            sawTheEnd = started < free;
            return started;
        } finally {
            if (!sawTheEnd) {
                mayWait = true;
            }
        }
    }

    private int letOneTry(TaskExecutor executor) {
        if (!gate.mayOneTry(executor.type())) {
            return 0;
        }
        int started = started(executor, claims.claimOneInSpiteOfPause(executor.type()));
        if (started > 0) {
            gate.oneTries();
        }
        return started;
    }

    private int started(TaskExecutor executor, Claims.Claimed answer) {
        answer.tasks().forEach(task -> start(task, executor, answer.sentAt()));
        return answer.tasks().size();
    }

    private void start(Task task, TaskExecutor executor, long sentAt) {
        queue.claimed(1);
        observer.claimed(1);
        slots.take();
        runner.start(task, executor, sentAt, this::slotFree);
    }

    /** ± 20 %, so that replicas which started together don't poll together. */
    private static Duration jittered(Duration poll) {
        return Duration.ofNanos(
                (long) (poll.toNanos() * ThreadLocalRandom.current().nextDouble(0.8, 1.2)));
    }
}
