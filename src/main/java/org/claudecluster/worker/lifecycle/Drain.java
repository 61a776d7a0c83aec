package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.claudecluster.worker.exec.StopCause;
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
        // INVARIANT: nothing is claimed after this, so that what is awaited and ended below is all there is.
        dispatcher.stop(times.patience());
        if (!isIdleWithin(times.drain())) {
            LOG.warnf("ended by the drain: taskIds=%s", tasks());
            running.stopAll(StopCause.DRAINED);
            awaitIdle(times.patience());
        }
        LOG.infof("drained, tasks left running: %d", running.all().size());
    }

    private List<TaskId> tasks() {
        return running.all().stream().map(task -> task.lease().task()).toList();
    }

    /** False as well when it was hurried. */
    private boolean isIdleWithin(Duration limit) {
        long giveUpAt = System.nanoTime() + limit.toNanos();
        while (!running.isEmpty()) {
            if (System.nanoTime() - giveUpAt >= 0 || isHurried()) {
                return false;
            }
        }
        return true;
    }

    private void awaitIdle(Duration limit) {
        long giveUpAt = System.nanoTime() + limit.toNanos();
        while (!running.isEmpty() && System.nanoTime() - giveUpAt < 0) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
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
