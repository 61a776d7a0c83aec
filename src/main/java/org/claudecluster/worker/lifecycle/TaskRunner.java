package org.claudecluster.worker.lifecycle;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.claudecluster.worker.claude.Verdict;
import org.claudecluster.worker.exec.StopCause;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.exec.TaskRun;
import org.claudecluster.worker.lifecycle.RunningTasks.Running;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Finish;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskObserver;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.Transcripts;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** Takes one claimed task through its run to its written outcome, on a virtual thread of its own. */
final class TaskRunner {

    private static final Logger LOG = Logger.getLogger(TaskRunner.class);

    private final Transcripts transcripts;
    private final RunningTasks running;
    private final Slots slots;
    private final OutcomeWriter outcomes;
    private final TaskObserver observer;

    TaskRunner(
            Transcripts transcripts, RunningTasks running, Slots slots, OutcomeWriter outcomes, TaskObserver observer) {
        this.transcripts = transcripts;
        this.running = running;
        this.slots = slots;
        this.outcomes = outcomes;
        this.observer = observer;
    }

    /** Starts; the slot is taken already and is given back when nothing of the task is left. */
    void start(Task task, TaskExecutor executor, Runnable slotFree) {
        Running registered = running.add(task);
        Thread.ofVirtual().name("task-" + task.id()).start(() -> {
            try {
                run(task, registered, executor, slotFree);
            } finally {
                running.remove(registered);
                transcripts.end(task.id());
            }
        });
    }

    private void run(Task task, Running registered, TaskExecutor executor, Runnable slotFree) {
        long startedAt = System.nanoTime();
        Finish finish;
        try {
            finish = execute(task, registered, executor);
        } finally {
            slots.release();
            slotFree.run();
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - startedAt);
        if (registered.stop().cause().equals(Optional.of(StopCause.LEASE_LOST))
                || !outcomes.write(registered.lease(), finish)) {
            observer.leaseLost();
            LOG.warnf("the lease was lost, the outcome is not ours to write taskId=%s", task.id());
            return;
        }
        observer.finished(finish, duration);
        logEnd(task, finish, duration);
    }

    private Finish execute(Task task, Running registered, TaskExecutor executor) {
        LiveTranscript live = null;
        try {
            live = transcripts.begin(task.lease(), () -> registered.stop().ask(StopCause.TRANSCRIPT_BROKEN));
            live.status(running(task, executor));
            Verdict verdict = executor.run(new TaskRun(task, live, registered.stop()));
            transcripts.seal(live);
            return new Finish(verdict.outcome(), verdict.result(), live.progress());
        } catch (InterruptedException _) {
            return failed(Reason.DRAINED, "the worker was shut down while the task ran");
        } catch (RuntimeException e) {
            LOG.errorf(e, "the run broke off taskId=%s", task.id());
            return failed(
                    Reason.NEVER_STARTED, "the run broke off: " + e.getClass().getSimpleName());
        } finally {
            if (live != null) {
                transcripts.seal(live);
            }
        }
    }

    private static Finish failed(Reason reason, String message) {
        return new Finish(
                new Outcome.Failed(reason, message, new Ending.NotStarted()), Optional.empty(), Progress.NONE);
    }

    private static byte[] running(Task task, TaskExecutor executor) {
        return "{\"status\":\"running\",\"attempt\":%d,\"executorType\":\"%s\"}"
                .formatted(task.attempt(), executor.type().wire())
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void logEnd(Task task, Finish finish, Duration duration) {
        MDC.put("taskId", task.id().toString());
        MDC.put("attempt", String.valueOf(task.attempt()));
        MDC.put("epoch", String.valueOf(task.epoch()));
        MDC.put("duration", String.valueOf(duration.toMillis()));
        MDC.put("status", finish.outcome().status().wire());
        finish.outcome().reason().ifPresent(reason -> MDC.put("reason", reason.wire()));
        LOG.info("Task execution " + finish.outcome().status().wire());
        MDC.clear();
    }
}
