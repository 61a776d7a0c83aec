package org.claudecluster.worker.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claudecluster.worker.claude.ResultLine;
import org.claudecluster.worker.claude.Told;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.Usage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Walks the table cell by cell: each combination of all that decides, some 900,000 of them, against an expectation that
 * is written by theme and not by order.
 */
class OutcomeTableTest {

    /** What the result line says; those without a subtype of their own are failures of the API. */
    enum Said {
        NOTHING(""),
        SUCCESS("success"),
        MAX_TURNS("error_max_turns"),
        MAX_BUDGET("error_max_budget_usd"),
        NO_SCHEMA("error_max_structured_output_retries"),
        BROKE_OFF("error_during_execution"),
        NOVEL("error_of_next_year"),
        API_ERROR("success"),
        AUTH_FAILED("success"),
        BILLING("success"),
        USAGE_LIMIT("success"),
        RATE_LIMITED("success"),
        OVERLOADED("success"),
        INCOMPLETE("success");

        private final String subtype;

        Said(String subtype) {
            this.subtype = subtype;
        }

        Optional<Reason> failure() {
            return switch (this) {
                case NOTHING, SUCCESS -> Optional.empty();
                case MAX_TURNS, MAX_BUDGET, NO_SCHEMA, BROKE_OFF, NOVEL -> Optional.of(Reason.API_ERROR);
                case API_ERROR, AUTH_FAILED, BILLING, USAGE_LIMIT, RATE_LIMITED, OVERLOADED, INCOMPLETE ->
                    Optional.of(Reason.valueOf(name()));
            };
        }
    }

    enum Exit {
        ORDERLY,
        NONZERO,
        SIGNAL,
        UNSEEN;

        Ending ending() {
            return switch (this) {
                case ORDERLY -> new Ending.Exited(0);
                case NONZERO -> new Ending.Exited(3);
                case SIGNAL -> new Ending.Signalled(11);
                case UNSEEN -> new Ending.NotStarted();
            };
        }
    }

    /** Work in the background at the end: none, some, or some that came back with another result. */
    enum Background {
        NONE,
        AT_WORK,
        CAME_BACK
    }

    enum Machine {
        FINE,
        OUT_OF_MEMORY,
        PAST_CAP,
        DISK_FULL
    }

    record Line(Said said, String stopReason, boolean answered, boolean structured) {}

    record Spoken(boolean speaks, Speaker speaker, Optional<Reason> failure) {}

    record Cell(
            Optional<StopCause> stop,
            Exit exit,
            Line line,
            boolean insideTool,
            Background background,
            Spoken spoken,
            Machine machine,
            boolean schemaAsked) {

        RunEnd end() {
            List<String> running = background == Background.NONE ? List.of() : List.of("a build");
            List<String> cutOff = background == Background.AT_WORK ? running : List.of();
            Told told = new Told(
                    resultLine(), spoken.failure(), spoken.speaks(), insideTool, running, cutOff, "", Optional.empty());
            return new RunEnd(
                    exit.ending(),
                    stop,
                    Optional.empty(),
                    told,
                    spoken.speaker(),
                    new RunEnd.Machine(
                            machine == Machine.OUT_OF_MEMORY,
                            machine == Machine.PAST_CAP,
                            machine == Machine.DISK_FULL),
                    schemaAsked);
        }

        private Optional<ResultLine> resultLine() {
            if (line.said() == Said.NOTHING) {
                return Optional.empty();
            }
            return Optional.of(new ResultLine(
                    line.said().subtype,
                    line.said().failure().isPresent(),
                    line.stopReason(),
                    "",
                    line.said().failure(),
                    line.answered() || line.structured(),
                    new TaskResult(
                            Optional.empty(),
                            Optional.empty(),
                            1,
                            BigDecimal.ZERO,
                            new Usage(0, 0, 0, 0),
                            "[]",
                            line.structured() ? Optional.of("{}") : Optional.empty())));
        }

        Cell unstopped() {
            return new Cell(Optional.empty(), exit, line, insideTool, background, spoken, machine, schemaAsked);
        }

        Cell on(Machine other) {
            return new Cell(stop, exit, line, insideTool, background, spoken, other, schemaAsked);
        }
    }

    private static final List<String> STOP_REASONS =
            List.of("", "end_turn", "refusal", "tool_use", "max_tokens", "of_next_year");

    private static final Set<StopCause> WHATEVER_IT_SAID = EnumSet.of(
            StopCause.CANCELLED,
            StopCause.LEASE_LOST,
            StopCause.DRAINED,
            StopCause.OUT_OF_MEMORY,
            StopCause.TOO_MANY_PROCESSES,
            StopCause.DISK_LIMIT,
            StopCause.OUTPUT_LIMIT,
            StopCause.PROMPT,
            StopCause.AUTH_REFUSED);

    @ParameterizedTest
    @EnumSource(Said.class)
    void each_cell_comes_to_what_its_theme_says(Said said) {
        Stream<String> wrong = cells(said)
                .filter(cell -> !shown(RunOutcomes.of(cell.end())).equals(expected(cell)))
                .map(cell -> cell + " came to " + shown(RunOutcomes.of(cell.end())) + ", not to " + expected(cell));
        assertThat(wrong.limit(5)).isEmpty();
    }

    /** So the disk is looked at only where something failed. */
    @ParameterizedTest
    @EnumSource(Said.class)
    void a_full_disk_makes_a_failure_of_nothing_else(Said said) {
        Stream<Cell> wrong = cells(said)
                .filter(cell -> cell.machine() == Machine.DISK_FULL)
                .filter(cell -> !(RunOutcomes.of(cell.on(Machine.FINE).end()) instanceof Outcome.Failed))
                .filter(cell -> !RunOutcomes.of(cell.end())
                        .equals(RunOutcomes.of(cell.on(Machine.FINE).end())));
        assertThat(wrong.limit(5)).isEmpty();
    }

    @Test
    void each_row_decides_some_cell() {
        Set<String> deciding = Arrays.stream(Said.values())
                .flatMap(OutcomeTableTest::cells)
                .map(cell -> RunOutcomes.row(cell.end()).when())
                .collect(Collectors.toSet());
        assertThat(RunOutcomes.TABLE).extracting(RunOutcomes.Row::when).containsOnlyOnceElementsOf(deciding);
        assertThat(deciding).hasSameSizeAs(RunOutcomes.TABLE);
    }

    private static Stream<Cell> cells(Said said) {
        return lines(said)
                .flatMap(line -> spoken(said)
                        .flatMap(spoken -> stops().flatMap(stop -> Arrays.stream(Exit.values())
                                .flatMap(exit -> Arrays.stream(Background.values())
                                        .flatMap(background -> Arrays.stream(Machine.values())
                                                .flatMap(machine -> flags().flatMap(
                                                                schema -> flags().map(inside -> new Cell(
                                                                        stop,
                                                                        exit,
                                                                        line,
                                                                        inside,
                                                                        background,
                                                                        spoken,
                                                                        machine,
                                                                        schema)))))))));
    }

    private static Stream<Boolean> flags() {
        return Stream.of(false, true);
    }

    private static Stream<Optional<StopCause>> stops() {
        return Stream.concat(
                Stream.of(Optional.empty()), Arrays.stream(StopCause.values()).map(Optional::of));
    }

    private static Stream<Line> lines(Said said) {
        return said == Said.NOTHING
                ? Stream.of(new Line(said, "", false, false))
                : STOP_REASONS.stream()
                        .flatMap(why -> flags().flatMap(answered ->
                                flags().map(structured -> new Line(said, why, answered, structured))));
    }

    /** Who prints a result speaks, and its name does not matter any more. */
    private static Stream<Spoken> spoken(Said said) {
        return said != Said.NOTHING
                ? Stream.of(new Spoken(true, Speaker.ANOTHER, Optional.empty()))
                : flags().flatMap(speaks -> Arrays.stream(Speaker.values())
                        .flatMap(speaker -> Stream.of(
                                        Optional.<Reason>empty(),
                                        Optional.of(Reason.API_ERROR),
                                        Optional.of(Reason.AUTH_FAILED))
                                .map(failure -> new Spoken(speaks, speaker, failure))));
    }

    private static String shown(Outcome outcome) {
        return outcome.status().wire()
                + outcome.reason().map(reason -> " " + reason.wire()).orElse("");
    }

    private static String failed(Reason reason) {
        return "failed " + reason.wire();
    }

    private static String expected(Cell cell) {
        return cell.stop()
                .filter(cause -> cause != StopCause.LINGERING)
                .map(cause -> stopped(cell, cause))
                .orElseGet(() -> unstopped(cell));
    }

    private static String stopped(Cell cell, StopCause cause) {
        if (WHATEVER_IT_SAID.contains(cause)) {
            return (cause == StopCause.CANCELLED ? "cancelled " : "failed ") + byName(cause);
        }
        return switch (cause) {
            case INTERRUPTED -> {
                String alone = expected(cell.unstopped());
                boolean finished = cell.line().said() != Said.NOTHING && alone.startsWith("completed");
                yield finished ? alone : "cancelled interrupted";
            }
            case TIMED_OUT, NO_OUTPUT ->
                cell.line().said() == Said.SUCCESS && cell.background() != Background.NONE
                        ? failed(Reason.INCOMPLETE)
                        : "failed " + byName(cause);
            default -> cell.machine() == Machine.DISK_FULL ? failed(Reason.NO_SPACE) : "failed " + byName(cause);
        };
    }

    private static String byName(StopCause cause) {
        return switch (cause) {
            case CANCELLED -> "cancelled";
            case INTERRUPTED -> "interrupted";
            case TIMED_OUT -> "timeout";
            case LEASE_LOST -> "worker_lost";
            case DRAINED -> "drained";
            case TRANSCRIPT_BROKEN, OUTPUT_LIMIT -> "output_limit";
            case NEVER_STARTED -> "never_started";
            case NO_OUTPUT -> "no_output";
            case LINGERING -> "lingering";
            case PROMPT -> "permission_blocked";
            case AUTH_REFUSED -> "auth_failed";
            case OUT_OF_MEMORY -> "out_of_memory";
            case TOO_MANY_PROCESSES -> "process_limit";
            case DISK_LIMIT -> "no_space";
        };
    }

    private static String unstopped(Cell cell) {
        if (cell.machine() == Machine.PAST_CAP) {
            return failed(Reason.OUTPUT_LIMIT);
        }
        return cell.line().said() == Said.NOTHING ? withoutResult(cell) : withResult(cell);
    }

    private static String withoutResult(Cell cell) {
        Exit exit = exit(cell);
        boolean exited = exit == Exit.ORDERLY || exit == Exit.NONZERO;
        if (exited && cell.spoken().failure().isPresent()) {
            return failed(cell.spoken().failure().get());
        }
        boolean owesResult = cell.spoken().speaks() || cell.spoken().speaker() != Speaker.ANOTHER;
        if (exit == Exit.ORDERLY && !owesResult) {
            return completed(cell);
        }
        return machine(cell).orElseGet(() -> failed(exit == Exit.ORDERLY ? Reason.NO_RESULT : byExit(exit)));
    }

    private static String withResult(Cell cell) {
        Line line = cell.line();
        if (line.stopReason().equals("refusal")) {
            return failed(Reason.REFUSED);
        }
        return switch (line.said()) {
            case MAX_TURNS -> failed(Reason.MAX_TURNS);
            case MAX_BUDGET -> failed(Reason.BUDGET_EXCEEDED);
            case NO_SCHEMA -> failed(Reason.SCHEMA_UNMET);
            case API_ERROR, BROKE_OFF, NOVEL ->
                failed(cell.machine() == Machine.DISK_FULL ? Reason.NO_SPACE : Reason.API_ERROR);
            case AUTH_FAILED, BILLING, USAGE_LIMIT, RATE_LIMITED, OVERLOADED, INCOMPLETE ->
                failed(Reason.valueOf(line.said().name()));
            case SUCCESS -> success(cell);
            case NOTHING -> throw new IllegalArgumentException("no result");
        };
    }

    private static String success(Cell cell) {
        Line line = cell.line();
        boolean answered = line.answered() || line.structured();
        boolean cutOff =
                line.stopReason().equals("max_tokens") || (line.stopReason().equals("tool_use") && !line.structured());
        boolean novel = line.stopReason().equals("of_next_year");
        if (cutOff || (!answered && (cell.insideTool() || novel))) {
            return failed(Reason.INCOMPLETE);
        }
        Background left = cell.background();
        boolean leftWork = left == Background.AT_WORK
                || (left == Background.CAME_BACK && cell.stop().isPresent());
        Exit exit = exit(cell);
        if (exit != Exit.ORDERLY) {
            return machine(cell).orElseGet(() -> failed(leftWork ? Reason.INCOMPLETE : byExit(exit)));
        }
        if (leftWork) {
            return failed(Reason.INCOMPLETE);
        }
        return cell.schemaAsked() && !line.structured() ? failed(Reason.SCHEMA_UNMET) : completed(cell);
    }

    private static Exit exit(Cell cell) {
        return cell.stop().isPresent() ? Exit.ORDERLY : cell.exit();
    }

    private static Optional<String> machine(Cell cell) {
        return switch (cell.machine()) {
            case OUT_OF_MEMORY -> Optional.of(failed(Reason.OUT_OF_MEMORY));
            case DISK_FULL -> Optional.of(failed(Reason.NO_SPACE));
            case FINE, PAST_CAP -> Optional.empty();
        };
    }

    private static Reason byExit(Exit exit) {
        return switch (exit) {
            case NONZERO -> Reason.EXIT_NONZERO;
            case SIGNAL -> Reason.KILLED_BY_SIGNAL;
            case UNSEEN -> Reason.NEVER_STARTED;
            case ORDERLY -> throw new IllegalArgumentException("it exited in order");
        };
    }

    private static String completed(Cell cell) {
        return cell.stop().isPresent() ? "completed lingering" : "completed";
    }
}
