package org.claudecluster.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.claudecluster.worker.claude.AgentStream;
import org.claudecluster.worker.claude.RunReport;
import org.claudecluster.worker.claude.Verdict;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Footprint;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.terminal.TreeAccount;
import org.junit.jupiter.api.Test;

class EndingsTest {

    private static final Ending KILLED = new Ending.Signalled(9);
    private static final Ending IN_ORDER = new Ending.Exited(0);

    private final RunReport report = new RunReport(InstantSource.system());
    private final AgentStream agent = new AgentStream(report::event);
    private final StopSignal stop = new StopSignal();

    @Test
    void who_lingered_after_a_success_has_completed() {
        tells("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"done\"}");
        stop.ask(StopCause.LINGERING);

        Verdict verdict = Endings.verdict(report, KILLED, false, stop);

        assertThat(verdict.outcome()).isEqualTo(new Outcome.Completed(KILLED, Optional.of(Reason.LINGERING)));
        assertThat(verdict.result().orElseThrow().text()).contains("done");
    }

    @Test
    void who_lingered_after_a_failure_has_failed_with_its_reason() {
        tells("{\"type\":\"result\",\"subtype\":\"error_max_turns\",\"is_error\":true}");
        stop.ask(StopCause.LINGERING);

        assertThat(Endings.verdict(report, KILLED, false, stop).outcome().reason())
                .contains(Reason.MAX_TURNS);
    }

    @Test
    void an_interrupted_run_is_cancelled_and_keeps_its_usage() {
        tells("{\"type\":\"result\",\"subtype\":\"error_during_execution\",\"is_error\":true,\"total_cost_usd\":0.5}");
        stop.ask(StopCause.INTERRUPTED);

        Verdict verdict = Endings.verdict(report, IN_ORDER, true, stop);

        assertThat(verdict.outcome()).isEqualTo(new Outcome.Cancelled(IN_ORDER, Reason.INTERRUPTED));
        assertThat(verdict.result().orElseThrow().costUsd()).isEqualByComparingTo("0.5");
    }

    @Test
    void what_was_finished_before_the_interrupt_is_finished() {
        tells("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false}");
        stop.ask(StopCause.INTERRUPTED);

        assertThat(Endings.verdict(report, IN_ORDER, true, stop).outcome())
                .isEqualTo(new Outcome.Completed(IN_ORDER, Optional.empty()));
    }

    @Test
    void an_interrupt_without_any_result_is_no_success() {
        stop.ask(StopCause.INTERRUPTED);

        assertThat(Endings.verdict(report, IN_ORDER, true, stop).outcome().reason())
                .contains(Reason.INTERRUPTED);
    }

    @Test
    void every_other_cause_beats_an_interrupt() {
        stop.ask(StopCause.INTERRUPTED);

        assertThat(stop.ask(StopCause.OUT_OF_MEMORY, "too much")).isTrue();
        assertThat(stop.cause()).contains(StopCause.OUT_OF_MEMORY);
        assertThat(Endings.verdict(report, KILLED, false, stop).outcome())
                .isEqualTo(new Outcome.Failed(Reason.OUT_OF_MEMORY, "too much", KILLED));
    }

    @Test
    void a_leader_that_was_killed_on_the_spot_has_not_ended_by_itself() {
        stop.ask(StopCause.TOO_MANY_PROCESSES, "41 of 40");

        assertThat(Endings.verdict(report, KILLED, true, stop).outcome())
                .isEqualTo(new Outcome.Failed(Reason.PROCESS_LIMIT, "41 of 40", KILLED));
    }

    @Test
    void a_program_that_was_faster_than_its_time_out_has_ended_by_itself() {
        stop.ask(StopCause.TIMED_OUT);

        assertThat(Endings.verdict(report, IN_ORDER, true, stop).outcome())
                .isEqualTo(new Outcome.Completed(IN_ORDER, Optional.empty()));
    }

    @Test
    void an_interrupt_after_another_cause_changes_nothing() {
        stop.ask(StopCause.CANCELLED);

        assertThat(stop.ask(StopCause.INTERRUPTED)).isFalse();
        assertThat(stop.cause()).contains(StopCause.CANCELLED);
    }

    @Test
    void only_what_takes_too_much_ends_without_a_grace() {
        stop.ask(StopCause.NO_OUTPUT);
        assertThat(stop.atOnce()).isNotDone();

        StopSignal urgent = new StopSignal();
        urgent.ask(StopCause.OUT_OF_MEMORY);
        assertThat(urgent.atOnce()).isDone();
    }

    @Test
    void what_the_kernel_ended_for_its_memory_is_out_of_memory_unless_it_succeeded() {
        Verdict failed = new Verdict(new Outcome.Failed(Reason.KILLED_BY_SIGNAL, "signal 9", KILLED), Optional.empty());
        Verdict succeeded = new Verdict(new Outcome.Completed(IN_ORDER, Optional.empty()), Optional.empty());

        assertThat(Endings.outOfMemory(failed).outcome().reason()).contains(Reason.OUT_OF_MEMORY);
        assertThat(Endings.outOfMemory(succeeded)).isEqualTo(succeeded);
    }

    @Test
    void the_kernels_account_beats_what_was_seen() {
        Footprint seen = new Footprint(10, Duration.ofSeconds(1), 3);
        TreeAccount account =
                new TreeAccount(OptionalLong.of(20), Optional.of(Duration.ofSeconds(2)), OptionalInt.of(9), false);

        Optional<Duration> leader = Optional.of(Duration.ofSeconds(7));

        assertThat(Endings.footprint(seen, leader, account)).isEqualTo(new Footprint(20, Duration.ofSeconds(2), 3));
        assertThat(Endings.footprint(seen, Optional.empty(), TreeAccount.NONE)).isEqualTo(seen);
    }

    @Test
    void a_run_between_two_looks_has_what_the_kernel_tells_of_its_leader() {
        Footprint unseen = new Footprint(0, Duration.ZERO, 0);
        Footprint seen = new Footprint(100, Duration.ofSeconds(9), 3);
        Optional<Duration> leader = Optional.of(Duration.ofSeconds(7));

        assertThat(Endings.footprint(unseen, leader, TreeAccount.NONE))
                .isEqualTo(new Footprint(0, Duration.ofSeconds(7), 1));
        assertThat(Endings.footprint(seen, leader, TreeAccount.NONE)).isEqualTo(seen);
    }

    private void tells(String json) {
        agent.accept(ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8)));
    }
}
