package org.claudecluster.worker.outcome;

import static org.claudecluster.worker.outcome.StopCause.AUTH_REFUSED;
import static org.claudecluster.worker.outcome.StopCause.CANCELLED;
import static org.claudecluster.worker.outcome.StopCause.DISK_LIMIT;
import static org.claudecluster.worker.outcome.StopCause.DRAINED;
import static org.claudecluster.worker.outcome.StopCause.INTERRUPTED;
import static org.claudecluster.worker.outcome.StopCause.LEASE_LOST;
import static org.claudecluster.worker.outcome.StopCause.LINGERING;
import static org.claudecluster.worker.outcome.StopCause.NEVER_STARTED;
import static org.claudecluster.worker.outcome.StopCause.NO_OUTPUT;
import static org.claudecluster.worker.outcome.StopCause.OUTPUT_LIMIT;
import static org.claudecluster.worker.outcome.StopCause.OUT_OF_MEMORY;
import static org.claudecluster.worker.outcome.StopCause.PROMPT;
import static org.claudecluster.worker.outcome.StopCause.TIMED_OUT;
import static org.claudecluster.worker.outcome.StopCause.TOO_MANY_PROCESSES;
import static org.claudecluster.worker.outcome.StopCause.TRANSCRIPT_BROKEN;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.claudecluster.worker.claude.ResultLine;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;

/**
 * Decides the outcome of a run, and is the only place that does. The first row of {@link #TABLE} that holds decides;
 * docs/api.md prints the table. An exit code of 0 is no success, {@code subtype: success} is none either, and why a run
 * was ended beats both, since SIGINT ends the CLI with 0.
 */
public final class RunOutcomes {

    /**
     * One line of the table.
     *
     * @param when the condition, for people
     * @param then what the run came to, for people
     */
    record Row(String when, Predicate<RunEnd> holds, String then, Function<RunEnd, Outcome> outcome) {}

    private static final Set<Reason> LIMITS = EnumSet.of(Reason.USAGE_LIMIT, Reason.RATE_LIMITED);

    /** In this order. The last row always holds. */
    static final List<Row> TABLE = List.of(
            // Why it was ended.
            stopped("it was cancelled", CANCELLED),
            stopped("the lease was lost", LEASE_LOST),
            stopped("the worker was drained", DRAINED),
            stopped("it had more memory than `worker.task.memory`", OUT_OF_MEMORY),
            stopped("it had more processes than `worker.task.processes`", TOO_MANY_PROCESSES),
            stopped("it held more than `worker.task.disk`", DISK_LIMIT),
            stopped("it printed more than `worker.transcript.cap`, where that ends a run", OUTPUT_LIMIT),
            new Row(
                    "it was interrupted, unless it comes to `completed` by its result",
                    end -> end.stoppedBy(INTERRUPTED) && !isFinished(end),
                    "cancelled `interrupted`",
                    end -> ended(INTERRUPTED, Optional.empty(), end.ending())),
            failed(
                    "the transcript could not be written, or nothing was printed, and the disk is full",
                    end -> (end.stoppedBy(TRANSCRIPT_BROKEN) || end.stoppedBy(NEVER_STARTED))
                            && end.machine().diskFull(),
                    Reason.NO_SPACE,
                    end -> "the disk is full: " + sentence(end)),
            failed(
                    "it timed out, or was silent for too long, while work in the background outlived a success",
                    end -> (end.stoppedBy(TIMED_OUT) || end.stoppedBy(NO_OUTPUT))
                            && end.saidSuccess()
                            && end.leftBackgroundWork(),
                    Reason.INCOMPLETE,
                    end -> sentence(end) + " while " + background(end)),
            stopped("the transcript could not be written", TRANSCRIPT_BROKEN),
            stopped("`timeoutMs` ran out", TIMED_OUT),
            stopped("nothing was printed at all", NEVER_STARTED),
            stopped("it was silent and idle for too long", NO_OUTPUT),
            stopped("a dialog waited for keys", PROMPT),
            stopped("the API refused the credential again and again", AUTH_REFUSED),
            failed(
                    "it printed more than `worker.transcript.cap` before it ended, where that ends a run",
                    end -> end.machine().pastCap(),
                    Reason.OUTPUT_LIMIT,
                    _ -> OUTPUT_LIMIT.sentence()),
            // What its result says went wrong.
            failed("the result's `stop_reason` is `refusal`", RunEnd::isRefusal, Reason.REFUSED, RunWords::refusal),
            failed("its `subtype` is `error_max_turns`", end -> end.hasSubtype("error_max_turns"), Reason.MAX_TURNS),
            failed(
                    "its `subtype` is `error_max_budget_usd`",
                    end -> end.hasSubtype("error_max_budget_usd"),
                    Reason.BUDGET_EXCEEDED),
            failed(
                    "its `subtype` is `error_max_structured_output_retries`",
                    end -> end.hasSubtype("error_max_structured_output_retries"),
                    Reason.SCHEMA_UNMET),
            new Row(
                    "its `is_error` is not false, or its `subtype` is another than `success`, and the API's failure is a telling one",
                    end -> apiFailure(end)
                            .filter(reason -> reason != Reason.API_ERROR)
                            .isPresent(),
                    "failed, [by the API's failure](#failures-of-the-api)",
                    end -> fail(end, apiFailure(end).orElse(Reason.API_ERROR), RunWords.ofResult(end))),
            failed(
                    "it is not telling, and the disk is full",
                    end -> apiFailure(end).isPresent() && end.machine().diskFull(),
                    Reason.NO_SPACE,
                    end -> "the disk is full: " + RunWords.ofResult(end)),
            failed("it is not telling", end -> apiFailure(end).isPresent(), Reason.API_ERROR),
            // What is missing behind a result that is a success.
            failed(
                    "the result is a success, but the `stop_reason` means that it was cut off (`tool_use` without structured output, `max_tokens`, `pause_turn`, `model_context_window_exceeded`, `compaction`)",
                    RunEnd::stoppedUnfinished,
                    Reason.INCOMPLETE,
                    end -> "the run was cut off: the model stopped for " + end.stopReason()),
            failed(
                    "it is a success, but a tool call was open and no answer came",
                    end -> end.saidSuccess() && end.told().insideTool() && !end.isAnswered(),
                    Reason.INCOMPLETE,
                    _ -> "the run was cut off inside a tool call, and no answer came"),
            failed(
                    "it is a success without any answer, and the `stop_reason` is an unknown one",
                    end -> end.saidSuccess() && end.hasUnknownStopReason() && !end.isAnswered(),
                    Reason.INCOMPLETE,
                    end -> "no answer came: the model stopped for " + end.stopReason()),
            // How the program ended, where nothing above explains it.
            new Row(
                    "without a result, and the CLI's last word is a failure of the API",
                    end -> !end.hasResult()
                            && end.exited()
                            && end.told().failure().isPresent(),
                    "failed, [by the API's failure](#failures-of-the-api)",
                    end -> fail(end, end.told().failure().orElse(Reason.API_ERROR), RunWords.ofExit(end))),
            failed(
                    "by a signal, another exit code than 0 or without the result that it owes, and the kernel ended a process of it for want of memory",
                    end -> isUntold(end) && end.machine().outOfMemory(),
                    Reason.OUT_OF_MEMORY,
                    end -> "the kernel ended a process of the task for want of memory; " + RunWords.ofExit(end)),
            failed(
                    "in such a way, and the disk is full",
                    end -> isUntold(end) && end.machine().diskFull(),
                    Reason.NO_SPACE,
                    end -> "the disk is full: " + RunWords.ofExit(end)),
            failed(
                    "the result is a success, but work in the background was cut off by the program's own end",
                    end -> end.saidSuccess() && end.leftBackgroundWork(),
                    Reason.INCOMPLETE,
                    end -> "the program ended while " + background(end)),
            failed("its end was not seen", end -> end.exit() instanceof Ending.NotStarted, Reason.NEVER_STARTED),
            failed("it was ended by a signal", RunEnd::signalled, Reason.KILLED_BY_SIGNAL, RunWords::ofExit),
            failed(
                    "it exited with another code than 0, behind a success too",
                    end -> !end.exitedInOrder(),
                    Reason.EXIT_NONZERO,
                    RunWords::ofExit),
            // It exited with 0.
            completed(
                    "there is no result and no stream-json, and the program did not call itself Claude Code at `--version`",
                    RunEnd::isJudgedByExit,
                    _ -> Optional.empty()),
            failed("there is no result", end -> !end.hasResult(), Reason.NO_RESULT, RunWords::ofExit),
            failed(
                    "`claude.jsonSchema` was asked for, and there is no structured output",
                    end -> end.schemaAsked() && !end.hasStructuredOutput(),
                    Reason.SCHEMA_UNMET,
                    _ -> "no output that meets claude.jsonSchema came"),
            completed(
                    "the `stop_reason` is an unknown one; `message` names it",
                    RunEnd::hasUnknownStopReason,
                    end -> Optional.of("the model stopped for a reason that is not known here: " + end.stopReason())),
            completed("else", _ -> true, _ -> Optional.empty()));

    private RunOutcomes() {}

    /** The row that decides. */
    static Row row(RunEnd end) {
        return TABLE.stream()
                .filter(row -> row.holds().test(end))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the last row always holds"));
    }

    public static Outcome of(RunEnd end) {
        return row(end).outcome().apply(end);
    }

    /** The outcome with all that is kept of what the run told. */
    public static Verdict verdict(RunEnd end) {
        Outcome outcome = of(end);
        Optional<Instant> reset = end.told()
                .resetsAt()
                .filter(_ -> outcome.reason().filter(LIMITS::contains).isPresent());
        return new Verdict(outcome, end.told().taskResult(), reset);
    }

    /** What a run comes to that is ended, whatever its program says; also one that never began. */
    public static Outcome ended(StopCause cause, Optional<String> detail, Ending ending) {
        return switch (cause) {
            case CANCELLED, INTERRUPTED -> new Outcome.Cancelled(ending, cause.reason());
            case LINGERING -> new Outcome.Completed(ending, Optional.of(Reason.LINGERING));
            case TIMED_OUT,
                    LEASE_LOST,
                    DRAINED,
                    TRANSCRIPT_BROKEN,
                    NEVER_STARTED,
                    NO_OUTPUT,
                    PROMPT,
                    AUTH_REFUSED,
                    OUT_OF_MEMORY,
                    TOO_MANY_PROCESSES,
                    DISK_LIMIT,
                    OUTPUT_LIMIT -> new Outcome.Failed(cause.reason(), detail.orElse(cause.sentence()), ending);
        };
    }

    /** What was finished before the wish for a soft end came is finished. */
    private static boolean isFinished(RunEnd end) {
        return end.hasResult() && of(end.unstopped()) instanceof Outcome.Completed;
    }

    /** Set where the result tells of a failure. */
    private static Optional<Reason> apiFailure(RunEnd end) {
        return end.told().result().flatMap(ResultLine::failure);
    }

    /** Whether it ended in a way that is a failure, of which nothing but the exit tells. */
    private static boolean isUntold(RunEnd end) {
        boolean owesResult = !end.hasResult() && !end.isJudgedByExit();
        return !end.exitedInOrder() || owesResult;
    }

    private static String sentence(RunEnd end) {
        return end.detail().orElseGet(() -> end.stop().map(StopCause::sentence).orElse(""));
    }

    private static String background(RunEnd end) {
        return "work in the background was under way: " + String.join(", ", end.leftBehind());
    }

    private static Row stopped(String when, StopCause cause) {
        return new Row(
                when,
                end -> end.stoppedBy(cause),
                (cause == CANCELLED ? "cancelled `" : "failed `")
                        + cause.reason().wire() + "`",
                end -> ended(cause, end.detail(), end.ending()));
    }

    /** With what the result says, else with the program's last words. */
    private static Row failed(String when, Predicate<RunEnd> holds, Reason reason) {
        return failed(when, holds, reason, RunWords::ofResult);
    }

    private static Row failed(String when, Predicate<RunEnd> holds, Reason reason, Function<RunEnd, String> why) {
        return new Row(when, holds, "failed `" + reason.wire() + "`", end -> fail(end, reason, why.apply(end)));
    }

    private static Outcome fail(RunEnd end, Reason reason, String why) {
        return new Outcome.Failed(reason, why, end.ending());
    }

    private static Row completed(String when, Predicate<RunEnd> holds, Function<RunEnd, Optional<String>> remark) {
        return new Row(when, holds, "completed", end -> complete(end, remark.apply(end)));
    }

    private static Outcome complete(RunEnd end, Optional<String> remark) {
        Optional<Reason> note = Optional.of(Reason.LINGERING).filter(_ -> end.stoppedBy(LINGERING));
        return new Outcome.Completed(end.ending(), note, remark);
    }
}
