package org.claudecluster.worker.lifecycle;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.exec.TaskRun;
import org.claudecluster.worker.lifecycle.RunningTasks.Running;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.SpentBefore;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.Transcripts;
import org.jboss.logging.Logger;

/** Takes one claimed task through its run to its last write, on a virtual thread of its own. */
final class TaskRunner {

    private static final Logger LOG = Logger.getLogger(TaskRunner.class);
    private static final DateTimeFormatter WIRE = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Transcripts transcripts;
    private final RunningTasks running;
    private final Slots slots;
    private final OutcomeWriter outcomes;
    private final Sequel sequel;
    private final BooleanSupplier stopping;
    private final TaskObserver observer;

    /** A worker that is {@code stopping} starts nothing: what it has claimed meanwhile goes back. */
    TaskRunner(
            Transcripts transcripts,
            RunningTasks running,
            Slots slots,
            OutcomeWriter outcomes,
            Sequel sequel,
            BooleanSupplier stopping,
            TaskObserver observer) {
        this.transcripts = transcripts;
        this.running = running;
        this.slots = slots;
        this.outcomes = outcomes;
        this.sequel = sequel;
        this.stopping = stopping;
        this.observer = observer;
    }

    /**
     * Starts; the slot is taken already and is given back when nothing of the task is left.
     *
     * @param sentAt the ticker's reading before the claim was sent
     */
    void start(Task task, TaskExecutor executor, long sentAt, Runnable slotFree) {
        Running registered = running.add(task, sentAt);
        Thread.ofVirtual().name("task-" + task.id()).start(() -> {
            try {
                registered.awaitPredecessors();
                run(task, registered, executor, slotFree);
            } finally {
                transcripts.end(task.id());
                running.remove(registered);
            }
        });
    }

    private void run(Task task, Running registered, TaskExecutor executor, Runnable slotFree) {
        long startedAt = System.nanoTime();
        FinalWrite closing;
        try {
            closing = execute(task, registered, executor);
        } finally {
            slots.release();
            slotFree.run();
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - startedAt);
        Optional<OutcomeWriter.Written> written = outcomes.write(registered, closing);
        if (written.isEmpty()) {
            registered.lose();
            observer.leaseLost();
            LOG.warnf("the lease was lost, the outcome is not ours to write taskId=%s", task.id());
            return;
        }
        tell(task, written.get().closing(), written.get().now(), duration);
    }

    private void tell(Task task, FinalWrite closing, TaskStatus now, Duration duration) {
        observer.spent(closing.account().spent());
        if (closing.reason().equals(Optional.of(Reason.DRAINED))) {
            observer.drained(now);
        }
        if (now != closing.status()) {
            observer.ended(task.executorType(), now, Optional.of(Reason.CANCELLED));
        } else {
            switch (closing) {
                case FinalWrite.Ended(var finish) -> observer.finished(task.executorType(), finish, duration);
                case FinalWrite.Parked(var park, var _) ->
                    observer.parked(park.why().reason());
                case FinalWrite.Retried(var requeue, var _) ->
                    observer.retried(requeue.why().reason());
                case FinalWrite.GivenBack _ -> {}
            }
        }
        RunLog.ended(task, closing, now, duration);
    }

    private FinalWrite execute(Task task, Running registered, TaskExecutor executor) {
        if (!registered.trust().holds()) {
            registered.lose();
        }
        if (registered.isLost() || stopping.getAsBoolean()) {
            return FinalWrite.GivenBack.drained();
        }
        LiveTranscript live;
        SpentBefore before;
        try {
            before = outcomes.spentBefore(task);
            live = transcripts.begin(task.tenant(), task.lease(), refusal -> stop(registered, refusal));
        } catch (StoreUnavailableException e) {
            LOG.warnf("not started taskId=%s: %s", task.id(), e.getMessage());
            return new FinalWrite.GivenBack(Optional.empty(), Account.NONE);
        } catch (RuntimeException e) {
            return broken(task, e);
        }
        FinalWrite closing;
        try {
            closing = runInto(live, task, registered, executor, before);
        } finally {
            seal(live, task, registered);
        }
        return closing.upTo(live.lastId());
    }

    /** While the log is away the outcome waits as well, so that whoever sees it finds all that was printed. */
    private void seal(LiveTranscript live, Task task, Running registered) {
        if (!transcripts.seal(
                live, () -> registered.isLost() || !registered.trust().holds())) {
            LOG.warnf("the end of the transcript is missing taskId=%s", task.id());
        }
    }

    private static void stop(Running registered, LiveTranscript.Refusal refusal) {
        switch (refusal) {
            case BROKEN -> registered.stop().ask(StopCause.TRANSCRIPT_BROKEN);
            case LEASE_LOST -> registered.lose();
        }
    }

    private FinalWrite runInto(
            LiveTranscript live, Task task, Running registered, TaskExecutor executor, SpentBefore before) {
        try {
            live.status(running(task, executor));
            Verdict verdict = executor.run(new TaskRun(task, live, registered.stop()));
            FinalWrite closing = sequel.of(task, verdict, live.progress(), before);
            if (closing.status().isFinal()) {
                return closing;
            }
            live.status(sentBack(closing));
            return closing;
        } catch (InterruptedException _) {
            return failed(Reason.DRAINED, "the worker was shut down while the task ran");
        } catch (RuntimeException e) {
            return broken(task, e);
        }
    }

    private static FinalWrite broken(Task task, RuntimeException e) {
        LOG.errorf(e, "the run broke off taskId=%s", task.id());
        String why = e instanceof StoreRejectedException
                ? e.getMessage()
                : e.getClass().getSimpleName();
        return failed(Reason.NEVER_STARTED, "the run broke off: " + why);
    }

    private static FinalWrite failed(Reason reason, String message) {
        Outcome outcome = new Outcome.Failed(reason, message, new Ending.NotStarted());
        return new FinalWrite.Ended(new Finish(outcome, Optional.empty(), Progress.NONE));
    }

    private static byte[] running(Task task, TaskExecutor executor) {
        return "{\"status\":\"running\",\"attempt\":%d,\"executorType\":\"%s\"}"
                .formatted(task.attempt(), executor.type().wire())
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] sentBack(FinalWrite closing) {
        String why = switch (closing) {
            case FinalWrite.Parked(var park, var _) -> why(park.why(), park.notBefore());
            case FinalWrite.Retried(var requeue, var _) -> why(requeue.why(), requeue.notBefore());
            case FinalWrite.GivenBack _ -> "\"drained\"";
            case FinalWrite.Ended _ -> throw new IllegalArgumentException("an end is told by the complete event");
        };
        return "{\"status\":\"pending\",\"reason\":%s}".formatted(why).getBytes(StandardCharsets.UTF_8);
    }

    private static String why(Parked parked, Instant notBefore) {
        return "\"%s\",\"notBefore\":\"%s\"".formatted(parked.reason().wire(), WIRE.format(notBefore));
    }
}
