package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskObserver;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Claims tasks while slots are free. One thread, so that this process never races itself for a task; woken by a local
 * enqueue or a slot that became free, and by the clock for what others enqueued or what has become due.
 */
final class Dispatcher {

    private static final Logger LOG = Logger.getLogger(Dispatcher.class);

    private final LifecycleSettings settings;
    private final Claims claims;
    private final ExecutorStrategy strategy;
    private final ClaimGate gate;
    private final Slots slots;
    private final TaskRunner runner;
    private final QueueGauge queue;
    private final TaskObserver observer;
    private final Semaphore wakeUps = new Semaphore(0);
    private volatile boolean stopped;
    private @Nullable Thread thread;

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
        return thread == null || !thread.isAlive();
    }

    void wake() {
        wakeUps.release();
    }

    private void dispatchUntilStopped() {
        while (!stopped) {
            try {
                wakeUps.tryAcquire(jittered(settings.poll()).toNanos(), TimeUnit.NANOSECONDS);
                wakeUps.drainPermits();
                if (!stopped) {
                    dispatch();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (StoreUnavailable e) {
                LOG.warnf("no claim, the store does not answer: %s", e.getCause());
            } catch (RuntimeException e) {
                // Without this thread nothing would ever run again: the next round may go better.
                LOG.error("a claim failed", e);
            }
        }
    }

    /**
     * Claims until the slots are full or nothing is due. A worker whose executor can't run leaves a shared queue to the
     * others, for whom it would burn attempt after attempt; a queue of its own nobody else would ever look at. While the gate is
     * closed tasks wait in either.
     */
    private void dispatch() {
        if (!settings.ownsStore() && !strategy.choice().canRun()) {
            return;
        }
        for (int free = slots.free(); free > 0 && !stopped; free = slots.free()) {
            TaskExecutor executor = strategy.choice().active();
            if (!gate.isOpen(executor.type())) {
                return;
            }
            Claims.Claimed answer = claims.claim(executor.type(), free);
            List<Task> claimed = answer.tasks();
            queue.claimed(claimed.size());
            observer.claimed(claimed.size());
            for (Task task : claimed) {
                slots.take();
                runner.start(task, executor, answer.sentAt(), this::wake);
            }
            if (claimed.size() < free) {
                return;
            }
        }
    }

    /** ± 20 %, so that replicas which started together don't poll together. */
    private static Duration jittered(Duration poll) {
        return Duration.ofNanos(
                (long) (poll.toNanos() * ThreadLocalRandom.current().nextDouble(0.8, 1.2)));
    }
}
