package org.claudecluster.worker.exec.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.TaskRun;
import org.claudecluster.worker.outcome.RunOutcomes;
import org.claudecluster.worker.outcome.Runs;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StubExecutorTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private final StubExecutor stub = new StubExecutor();

    @Test
    void it_is_always_available_and_has_no_cli() {
        assertThat(stub.type()).isEqualTo(ExecutorType.STUB);
        assertThat(stub.probe()).isEqualTo(new Availability.Available(Optional.empty()));
    }

    @Test
    void it_prints_what_the_script_says_and_succeeds() throws InterruptedException {
        TaskRun run = Runs.run("#stub\nprint one\nprint zwei ä\nsleep 1", MINUTE, directory);
        assertThat(stub.run(run).outcome()).isEqualTo(new Outcome.Completed(new Ending.Exited(0), Optional.empty()));
        assertThat(Runs.printed(run, directory)).isEqualTo("one\r\nzwei ä\r\n");
    }

    @Test
    void it_exits_as_the_script_says_and_does_nothing_more() throws InterruptedException {
        TaskRun run = Runs.run("#stub\nexit 3\nprint never", MINUTE, directory);
        assertThat(stub.run(run).outcome())
                .isEqualTo(new Outcome.Failed(Reason.EXIT_NONZERO, "exit code 3", new Ending.Exited(3)));
        assertThat(Runs.printed(run, directory)).isEmpty();
    }

    @Test
    void many_bytes_are_numbered_lines_in_records_of_a_bounded_size() throws InterruptedException {
        TaskRun run = Runs.run("#stub\nbytes 200001", MINUTE, directory);
        stub.run(run);
        String printed = Runs.printed(run, directory);
        assertThat(printed).hasSize(200_001).startsWith("0000000000....").contains("\r\n0000003124....");
        assertThat(run.transcript().progress().outputBytes()).isEqualTo(200_001);
    }

    @Test
    void it_ends_when_the_task_s_time_is_over() throws InterruptedException {
        TaskRun run = Runs.run("#stub\nsleep 600000", Duration.ofSeconds(1), directory);
        assertThat(stub.run(run).outcome().reason()).contains(Reason.TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource(StopCause.class)
    void it_ends_when_it_is_asked_to(StopCause cause) throws Exception {
        TaskRun run = Runs.run("#stub\nprint started\nsleep 600000\nprint never", Duration.ofMinutes(20), directory);
        CompletableFuture<Verdict> verdict = CompletableFuture.supplyAsync(() -> verdict(run));
        run.stop().ask(cause);
        assertThat(verdict.get(5, TimeUnit.SECONDS).outcome())
                .isEqualTo(RunOutcomes.ended(cause, Optional.empty(), new Ending.NotStarted()));
        assertThat(Runs.printed(run, directory)).doesNotContain("never");
    }

    @Test
    void a_stop_does_not_wait_for_millions_of_bytes() throws InterruptedException {
        TaskRun run = Runs.run("#stub\nbytes 500000000", MINUTE, directory);
        run.stop().ask(StopCause.CANCELLED);
        assertThat(stub.run(run).outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(run.transcript().progress().outputBytes()).isLessThan(1_000_000);
    }

    private Verdict verdict(TaskRun run) {
        try {
            return stub.run(run);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
