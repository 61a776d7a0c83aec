package org.claudecluster.worker.outcome;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.claude.ResultLine;
import org.claudecluster.worker.claude.Told;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.task.result.Ending;

/**
 * All that is known of a run at its end, and that decides what it came to. {@link RunOutcomes} judges it.
 *
 * @param stop why it was ended, unless it was faster
 * @param detail what was found out beside the cause
 */
public record RunEnd(
        Ending ending,
        Optional<StopCause> stop,
        Optional<String> detail,
        Told told,
        Speaker speaker,
        Machine machine,
        boolean schemaAsked) {

    /**
     * The machine's own account of a run.
     *
     * @param outOfMemory the kernel has ended a process of it for want of memory
     * @param pastCap it has printed more than is kept, and that ends a run
     * @param diskFull one of its directories is full
     */
    public record Machine(boolean outOfMemory, boolean pastCap, boolean diskFull) {

        static final Machine FINE = new Machine(false, false, false);
    }

    private static final Ending IN_ORDER = new Ending.Exited(0);
    private static final Set<String> KNOWN_SUBTYPES = Set.of(
            "success",
            "error_during_execution",
            "error_max_turns",
            "error_max_budget_usd",
            "error_max_structured_output_retries");

    /** Reasons to stop after which nothing is missing. */
    private static final Set<String> FINISHED = Set.of("", "end_turn", "stop_sequence");

    /** Reasons to stop in the middle of something. */
    private static final Set<String> UNFINISHED =
            Set.of("tool_use", "max_tokens", "pause_turn", "model_context_window_exceeded", "compaction");

    private static final String REFUSAL = "refusal";

    public RunEnd {
        requireNonNull(ending, "ending");
        requireNonNull(stop, "stop");
        requireNonNull(detail, "detail");
        requireNonNull(told, "told");
        requireNonNull(speaker, "speaker");
        requireNonNull(machine, "machine");
    }

    /** What a terminal's exit means; empty where nobody has seen it. */
    public static Ending ending(Optional<ProcessExit> exit) {
        return exit.<Ending>map(known -> switch (known) {
                    case ProcessExit.Exited(int code) -> new Ending.Exited(code);
                    case ProcessExit.Signalled(int signal) -> new Ending.Signalled(signal);
                })
                .orElseGet(Ending.NotStarted::new);
    }

    /** Of a program that ended by itself, and that nothing but its words and its end tell of. */
    public static RunEnd byItself(Ending ending, Told told, Speaker speaker) {
        return new RunEnd(ending, Optional.empty(), Optional.empty(), told, speaker, Machine.FINE, false);
    }

    /** The same had nobody ended it. */
    RunEnd unstopped() {
        return new RunEnd(ending, Optional.empty(), Optional.empty(), told, speaker, machine, schemaAsked);
    }

    /** The same where a directory of the run's is full. */
    public RunEnd onFullDisk() {
        Machine full = new Machine(machine.outOfMemory(), machine.pastCap(), true);
        return new RunEnd(ending, stop, detail, told, speaker, full, schemaAsked);
    }

    boolean stoppedBy(StopCause cause) {
        return stop.equals(Optional.of(cause));
    }

    /** How the program ended; whoever lingered, as if it had ended right after its result. */
    Ending exit() {
        return stoppedBy(StopCause.LINGERING) ? IN_ORDER : ending;
    }

    boolean exitedInOrder() {
        return exit().equals(IN_ORDER);
    }

    boolean exited() {
        return exit() instanceof Ending.Exited;
    }

    boolean signalled() {
        return exit() instanceof Ending.Signalled;
    }

    boolean hasResult() {
        return told.result().isPresent();
    }

    /** Whether the CLI's last result calls the run a success. */
    boolean saidSuccess() {
        return told.result().filter(ResultLine::isSuccess).isPresent();
    }

    String subtype() {
        return told.result().map(ResultLine::subtype).orElse("");
    }

    boolean hasSubtype(String subtype) {
        return hasResult() && subtype().equals(subtype);
    }

    boolean hasUnknownSubtype() {
        return hasResult() && !KNOWN_SUBTYPES.contains(subtype());
    }

    String stopReason() {
        return told.result().map(ResultLine::stopReason).orElse("");
    }

    boolean isRefusal() {
        return stopReason().equals(REFUSAL);
    }

    boolean hasUnknownStopReason() {
        String why = stopReason();
        return !FINISHED.contains(why) && !UNFINISHED.contains(why) && !why.equals(REFUSAL);
    }

    boolean isAnswered() {
        return told.result().filter(ResultLine::answered).isPresent();
    }

    boolean hasStructuredOutput() {
        return told.taskResult()
                .filter(result -> result.structuredOutput().isPresent())
                .isPresent();
    }

    /** Structured output is a tool call of the CLI's own, with which a turn ends in order. */
    boolean stoppedUnfinished() {
        return UNFINISHED.contains(stopReason()) && !(stopReason().equals("tool_use") && hasStructuredOutput());
    }

    /** Whether work in the background outlived the result and was cut off, by us or by the program's own end. */
    boolean leftBackgroundWork() {
        return !leftBehind().isEmpty();
    }

    /** What of the background work was cut off. Who was interrupted has ended by itself, or is judged by that. */
    List<String> leftBehind() {
        boolean byUs = stop.isPresent() && !stoppedBy(StopCause.INTERRUPTED);
        return byUs ? told.running() : told.cutOff();
    }

    /** Whether nothing but the exit tells: without a result, and of a program that need not give one. */
    boolean isJudgedByExit() {
        return !hasResult() && !told.speaks() && speaker.isJudgedByExit();
    }

    /** Words that this version does not know, by where they stand; for meters. */
    public List<String> unknownWords() {
        List<String> unknown = new ArrayList<>();
        if (hasUnknownSubtype()) {
            unknown.add("subtype");
        }
        if (hasUnknownStopReason()) {
            unknown.add("stop_reason");
        }
        return unknown;
    }
}
