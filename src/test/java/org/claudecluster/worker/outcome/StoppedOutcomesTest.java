package org.claudecluster.worker.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import org.claudecluster.worker.claude.AgentStream;
import org.claudecluster.worker.claude.RunReport;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoppedOutcomesTest {

    private static final Ending KILLED = new Ending.Signalled(9);
    private static final Ending IN_ORDER = new Ending.Exited(0);

    private final RunReport report = new RunReport(InstantSource.system());
    private final AgentStream agent = new AgentStream(report::event);
    private final StopSignal stop = new StopSignal();

    @Test
    void who_lingered_after_a_success_has_completed() {
        tells("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"done\"}");
        stop.ask(StopCause.LINGERING);

        Verdict verdict = judged(KILLED, false);

        assertThat(verdict.outcome()).isEqualTo(new Outcome.Completed(KILLED, Optional.of(Reason.LINGERING)));
        assertThat(verdict.result().orElseThrow().text()).contains("done");
    }

    @Test
    void who_lingered_after_a_failure_has_failed_with_its_reason() {
        tells("{\"type\":\"result\",\"subtype\":\"error_max_turns\",\"is_error\":true}");
        stop.ask(StopCause.LINGERING);

        assertThat(judged(KILLED, false).outcome().reason()).contains(Reason.MAX_TURNS);
    }

    @Test
    void an_interrupted_run_is_cancelled_and_keeps_its_usage() {
        tells("{\"type\":\"result\",\"subtype\":\"error_during_execution\",\"is_error\":true,\"total_cost_usd\":0.5}");
        stop.ask(StopCause.INTERRUPTED);

        Verdict verdict = judged(IN_ORDER, true);

        assertThat(verdict.outcome()).isEqualTo(new Outcome.Cancelled(IN_ORDER, Reason.INTERRUPTED));
        assertThat(verdict.result().orElseThrow().costUsd()).isEqualByComparingTo("0.5");
    }

    @Test
    void what_was_finished_before_the_interrupt_is_finished() {
        tells("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false}");
        stop.ask(StopCause.INTERRUPTED);

        assertThat(judged(IN_ORDER, true).outcome()).isEqualTo(new Outcome.Completed(IN_ORDER, Optional.empty()));
    }

    @Test
    void an_interrupt_without_any_result_is_no_success() {
        stop.ask(StopCause.INTERRUPTED);

        assertThat(judged(IN_ORDER, true).outcome().reason()).contains(Reason.INTERRUPTED);
    }

    @Test
    void every_other_cause_beats_an_interrupt() {
        stop.ask(StopCause.INTERRUPTED);

        assertThat(stop.ask(StopCause.OUT_OF_MEMORY, "too much")).isTrue();
        assertThat(stop.cause()).contains(StopCause.OUT_OF_MEMORY);
        assertThat(judged(KILLED, false).outcome())
                .isEqualTo(new Outcome.Failed(Reason.OUT_OF_MEMORY, "too much", KILLED));
    }

    @Test
    void a_leader_that_was_killed_on_the_spot_has_not_ended_by_itself() {
        stop.ask(StopCause.TOO_MANY_PROCESSES, "41 of 40");

        assertThat(judged(KILLED, true).outcome())
                .isEqualTo(new Outcome.Failed(Reason.PROCESS_LIMIT, "41 of 40", KILLED));
    }

    @Test
    void a_program_that_was_faster_than_its_time_out_has_ended_by_itself() {
        stop.ask(StopCause.TIMED_OUT);

        assertThat(judged(IN_ORDER, true).outcome()).isEqualTo(new Outcome.Completed(IN_ORDER, Optional.empty()));
    }

    @Test
    void an_interrupt_after_another_cause_changes_nothing() {
        stop.ask(StopCause.CANCELLED);

        assertThat(stop.ask(StopCause.INTERRUPTED)).isFalse();
        assertThat(stop.cause()).contains(StopCause.CANCELLED);
    }

    @ParameterizedTest
    @CsvSource({
        "CANCELLED, cancelled, cancelled",
        "TIMED_OUT, failed, timeout",
        "LEASE_LOST, failed, worker_lost",
        "DRAINED, failed, drained",
        "TRANSCRIPT_BROKEN, failed, output_limit",
        "INTERRUPTED, cancelled, interrupted",
        "LINGERING, completed, lingering",
        "NEVER_STARTED, failed, never_started",
        "NO_OUTPUT, failed, no_output",
        "PROMPT, failed, permission_blocked",
        "AUTH_REFUSED, failed, auth_failed",
        "OUT_OF_MEMORY, failed, out_of_memory",
        "TOO_MANY_PROCESSES, failed, process_limit",
        "DISK_LIMIT, failed, no_space",
        "OUTPUT_LIMIT, failed, output_limit"
    })
    void a_run_that_was_asked_to_end_comes_to_what_was_asked(StopCause cause, String status, String reason) {
        stop.ask(cause);

        // SIGINT ends the CLI with 0: the exit code never makes it a success.
        Outcome outcome = judged(IN_ORDER, false).outcome();

        assertThat(outcome.status().wire()).isEqualTo(status);
        assertThat(outcome.reason().map(Reason::wire)).contains(reason);
        assertThat(outcome.ending()).isEqualTo(IN_ORDER);
        assertThat(RunOutcomes.ended(cause, Optional.empty(), IN_ORDER)).isEqualTo(outcome);
    }

    @Test
    void the_first_cause_wins_and_stays() {
        assertThat(stop.cause()).isEmpty();
        assertThat(stop.ask(StopCause.TIMED_OUT)).isTrue();
        assertThat(stop.ask(StopCause.CANCELLED)).isFalse();
        assertThat(stop.cause()).isEqualTo(Optional.of(StopCause.TIMED_OUT));
        assertThat(stop.asked()).isCompleted();
    }

    @Test
    void only_what_takes_too_much_ends_without_a_grace() {
        stop.ask(StopCause.NO_OUTPUT);
        assertThat(stop.atOnce()).isNotDone();

        StopSignal urgent = new StopSignal();
        urgent.ask(StopCause.OUT_OF_MEMORY);
        assertThat(urgent.atOnce()).isDone();
    }

    private Verdict judged(Ending ending, boolean byItself) {
        return RunOutcomes.verdict(new RunEnd(
                ending,
                stop.cause().filter(cause -> !byItself || cause.endsAtOnce()),
                stop.detail(),
                report.told(),
                Speaker.ANOTHER,
                RunEnd.Machine.FINE,
                false));
    }

    private void tells(String json) {
        agent.accept(ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8)));
    }
}
