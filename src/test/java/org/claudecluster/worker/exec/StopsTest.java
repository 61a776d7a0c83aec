package org.claudecluster.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopsTest {

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
        // SIGINT ends the CLI with 0: the exit code never makes it a success.
        Outcome outcome = Stops.outcome(cause, new Ending.Exited(0));
        assertThat(outcome.status().wire()).isEqualTo(status);
        assertThat(outcome.reason().map(Reason::wire)).contains(reason);
        assertThat(outcome.ending()).isEqualTo(new Ending.Exited(0));
    }

    @Test
    void the_first_cause_wins_and_stays() {
        StopSignal stop = new StopSignal();
        assertThat(stop.cause()).isEmpty();
        assertThat(stop.ask(StopCause.TIMED_OUT)).isTrue();
        assertThat(stop.ask(StopCause.CANCELLED)).isFalse();
        assertThat(stop.cause()).isEqualTo(Optional.of(StopCause.TIMED_OUT));
        assertThat(stop.asked()).isCompleted();
    }
}
