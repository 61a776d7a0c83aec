package org.claudecluster.worker.exec.stub;

import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.exec.Deadline;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.exec.TaskRun;
import org.claudecluster.worker.outcome.RunOutcomes;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.time.Waits;

/** Runs no program at all: follows a {@link StubScript}, so that demos and tests need neither a CLI nor a key. */
@Singleton
public final class StubExecutor implements TaskExecutor {

    private static final int EXIT_OK = 0;
    private static final int LINE = 64;
    /** About what one read of a terminal brings: a script may ask for more than the memory holds. */
    private static final int BLOCK = 1024 * LINE;

    private static final int LOOK_MILLIS = 100;

    @Override
    public ExecutorType type() {
        return ExecutorType.STUB;
    }

    @Override
    public Availability probe() {
        return new Availability.Available(Optional.empty());
    }

    @Override
    public Verdict run(TaskRun run) throws InterruptedException {
        Deadline deadline = new Deadline(run.task().spec().timeout());
        for (StubScript.Step step : StubScript.of(run.task().spec().prompt())) {
            Optional<Verdict> end = perform(step, run, deadline);
            if (end.isPresent()) {
                return end.get();
            }
        }
        return verdict(new Outcome.Completed(new Ending.Exited(EXIT_OK), Optional.empty()));
    }

    private static Optional<Verdict> perform(StubScript.Step step, TaskRun run, Deadline deadline)
            throws InterruptedException {
        return switch (step) {
            case StubScript.Step.Print(String text) -> {
                run.transcript().output(ByteBuffer.wrap((text + "\r\n").getBytes(StandardCharsets.UTF_8)));
                yield stopped(run);
            }
            case StubScript.Step.Bytes(int count) -> print(count, run);
            case StubScript.Step.Sleep(Duration pause) -> sleep(pause, run, deadline);
            case StubScript.Step.Exit(int code) -> Optional.of(exit(code));
        };
    }

    private static Optional<Verdict> stopped(TaskRun run) {
        return run.stop()
                .cause()
                .map(cause -> verdict(RunOutcomes.ended(cause, run.stop().detail(), new Ending.NotStarted())));
    }

    private static Optional<Verdict> sleep(Duration pause, TaskRun run, Deadline deadline) throws InterruptedException {
        boolean outOfTime = deadline.left().compareTo(pause) < 0;
        Duration wait = outOfTime ? deadline.left() : pause;
        if (!Waits.isDone(run.stop().any(), wait) && outOfTime) {
            run.stop().ask(StopCause.TIMED_OUT);
        }
        return stopped(run);
    }

    private static Verdict exit(int code) {
        Ending ending = new Ending.Exited(code);
        return verdict(
                code == EXIT_OK
                        ? new Outcome.Completed(ending, Optional.empty())
                        : new Outcome.Failed(Reason.EXIT_NONZERO, "exit code " + code, ending));
    }

    private static Verdict verdict(Outcome outcome) {
        return new Verdict(outcome, Optional.empty());
    }

    /** Lines of 64 bytes, each with its number, so that a reader can tell what is missing. */
    private static Optional<Verdict> print(int count, TaskRun run) throws InterruptedException {
        Semaphore room = new Semaphore(0);
        run.transcript().onRoom(room::release);
        for (int from = 0; from < count && hasRoom(run, room); from += BLOCK) {
            run.transcript().output(numbered(from / LINE, Math.min(BLOCK, count - from)));
        }
        return stopped(run);
    }

    /** Waits where a program would wait in its write; false when the run was asked to end. */
    private static boolean hasRoom(TaskRun run, Semaphore room) throws InterruptedException {
        while (run.stop().cause().isEmpty()) {
            if (run.transcript().hasRoom()) {
                return true;
            }
            boolean _ = room.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
        return false;
    }

    private static byte[] numbered(int firstLine, int count) {
        StringBuilder lines = new StringBuilder(count + LINE);
        for (int line = firstLine; lines.length() < count; line++) {
            lines.append(String.format(Locale.ROOT, "%010d", line))
                    .repeat('.', 52)
                    .append("\r\n");
        }
        return lines.substring(0, count).getBytes(StandardCharsets.US_ASCII);
    }

    /** The steps that a prompt without a script gets: about two seconds of life. */
    static List<StubScript.Step> demo(String firstLine) {
        Duration pause = Duration.ofMillis(500);
        return List.of(
                new StubScript.Step.Print("stub: no CLI is used, this only shows the shape of a run"),
                new StubScript.Step.Sleep(pause),
                new StubScript.Step.Print("stub: prompt begins with \"" + firstLine + "\""),
                new StubScript.Step.Sleep(pause),
                new StubScript.Step.Print("stub: thinking"),
                new StubScript.Step.Sleep(pause),
                new StubScript.Step.Print("stub: still thinking"),
                new StubScript.Step.Sleep(pause),
                new StubScript.Step.Print("stub: done"),
                new StubScript.Step.Exit(EXIT_OK));
    }
}
