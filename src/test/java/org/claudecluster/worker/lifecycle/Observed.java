package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Spent;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.TaskObserver;

/** Counts what it is told. */
public final class Observed implements TaskObserver {

    final AtomicInteger claimed = new AtomicInteger();
    final AtomicInteger finished = new AtomicInteger();
    final AtomicInteger leasesLost = new AtomicInteger();
    public final AtomicInteger forgottenTranscripts = new AtomicInteger();
    public final AtomicInteger forgottenTasks = new AtomicInteger();
    final List<Reason> parked = new CopyOnWriteArrayList<>();
    final List<Spent> spent = new CopyOnWriteArrayList<>();
    final List<String> ended = new CopyOnWriteArrayList<>();
    final List<Reason> retried = new CopyOnWriteArrayList<>();
    final List<String> alarms = new CopyOnWriteArrayList<>();
    final List<TaskStatus> drained = new CopyOnWriteArrayList<>();

    @Override
    public void submitted() {}

    @Override
    public void claimed(int tasks) {
        claimed.addAndGet(tasks);
    }

    @Override
    public void firstByte(Duration afterStart) {}

    @Override
    public void printed(int bytes) {}

    @Override
    public void finished(Optional<String> executor, Finish finish, Duration run) {
        finished.incrementAndGet();
    }

    @Override
    public void spent(Spent one) {
        spent.add(one);
    }

    @Override
    public void ended(Optional<String> executor, TaskStatus status, Optional<Reason> reason) {
        ended.add(status.wire() + " " + reason.map(Reason::wire).orElse("none"));
    }

    @Override
    public void leaseLost() {
        leasesLost.incrementAndGet();
    }

    @Override
    public void parked(Reason reason) {
        parked.add(reason);
    }

    @Override
    public void retried(Reason reason) {
        retried.add(reason);
    }

    @Override
    public void alarmed(String cause) {
        alarms.add(cause);
    }

    @Override
    public void drained(TaskStatus now) {
        drained.add(now);
    }

    @Override
    public void forgotten(int transcripts, int tasks) {
        forgottenTranscripts.addAndGet(transcripts);
        forgottenTasks.addAndGet(tasks);
    }

    @Override
    public void unknownWord(String where) {}

    @Override
    public void leaked(int processes) {}
}
