package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.task.TaskId;
import org.jboss.logging.Logger;

/** Lets what runs finish for a while, then ends it. */
final class Drain {

    private static final Logger LOG = Logger.getLogger(Drain.class);
    private static final Duration LOOK = Duration.ofMillis(10);

    private final RunningTasks running;
    private final Dispatcher dispatcher;
    private final StopTimes times;
    private final CountDownLatch hurried = new CountDownLatch(1);

    Drain(RunningTasks running, Dispatcher dispatcher, StopTimes times) {
        this.running = running;
        this.dispatcher = dispatcher;
        this.times = times;
    }

    /** There is no time left for what runs. */
    void hurry() {
        hurried.countDown();
    }

    /** Returns when nothing runs any more, or what runs would not end. */
    void run() {
        LOG.infof("draining, taskIds=%s", tasks());
        dispatcher.stop();
        if (!isIdleWithin(times.drain(), this::isHurried)) {
            LOG.warnf("ended by the drain: taskIds=%s", tasks());
            running.stopAll(StopCause.DRAINED);
            boolean _ = isIdleWithin(times.patience(), Drain::pause);
        }
        LOG.infof("drained, tasks left running: %d", running.all().size());
    }

    private List<TaskId> tasks() {
        return running.all().stream().map(task -> task.lease().task()).toList();
    }

    /** INVARIANT: the dispatcher is asked first: what it has claimed last is among the running then. */
    private boolean isIdle() {
        return dispatcher.hasEnded() && running.isEmpty();
    }

    private boolean isIdleWithin(Duration limit, BooleanSupplier pausedAndGivesUp) {
        long giveUpAt = System.nanoTime() + limit.toNanos();
        while (!isIdle()) {
            if (System.nanoTime() - giveUpAt >= 0 || pausedAndGivesUp.getAsBoolean()) {
                return false;
            }
        }
        return true;
    }

    private static boolean pause() {
        LockSupport.parkNanos(LOOK.toNanos());
        return false;
    }

    private boolean isHurried() {
        try {
            return hurried.await(LOOK.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
