package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Footprint;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.store.Finish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is kept of a task that ended. */
abstract class OutcomeContract extends StoreFixture {

    private static final Progress PROGRESS =
            new Progress(9_000_000_000L, Optional.of(Instant.parse("2026-01-02T03:04:05.678Z")), 12);

    static Stream<Outcome> outcomes() {
        List<Ending> endings = List.of(
                new Ending.Exited(0),
                new Ending.Exited(255),
                new Ending.Signalled(9),
                new Ending.Signalled(15),
                new Ending.NotStarted());
        return endings.stream()
                .flatMap(ending -> Stream.of(
                        new Outcome.Completed(ending, Optional.empty()),
                        new Outcome.Completed(ending, Optional.of(Reason.LINGERING)),
                        new Outcome.Completed(ending, Optional.empty(), Optional.of("it stopped for a new reason")),
                        new Outcome.Failed(Reason.API_ERROR, "kaputt: 世界 'x' \"y\" \n", ending),
                        new Outcome.Failed(Reason.TIMEOUT, "", ending),
                        new Outcome.Cancelled(ending),
                        new Outcome.Cancelled(ending, Reason.INTERRUPTED)));
    }

    static Stream<TaskResult> results() {
        return Stream.of(
                new TaskResult(
                        Optional.of("schön 👩‍👩‍👧 \u0000 \u001b[31m"),
                        Optional.of("01890a5d-ac96-774b-bcce-b302099a8057"),
                        7,
                        new BigDecimal("0.1234567"),
                        new Usage(1, 2, 3, Long.MAX_VALUE),
                        "[{\"tool\":\"Bash\"}]",
                        Optional.of("{\"a\": 1.0}")),
                new TaskResult(
                        Optional.empty(), Optional.empty(), 0, BigDecimal.ZERO, Usage.NONE, "[]", Optional.empty()));
    }

    @Test
    void what_a_run_took_from_the_machine_reads_back() {
        Footprint used = new Footprint(5_000_000_000L, Duration.ofMillis(12_345), 41);
        Task task = claimed("hello");

        store.finish(task.lease(), new Finish(DONE.outcome(), Optional.empty(), PROGRESS, Optional.of(used)));

        assertThat(found(task.id()).footprint()).contains(used);
    }

    @Test
    void a_task_without_a_process_has_taken_nothing() {
        assertThat(finished("hello").footprint()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void an_outcome_reads_back_as_it_was_written(Outcome outcome) {
        Task task = claimed("hello");

        assertThat(store.finish(task.lease(), new Finish(outcome, Optional.empty(), PROGRESS)))
                .isTrue();

        Task ended = found(task.id());
        assertThat(ended.outcome()).contains(outcome);
        assertThat(ended.status()).isEqualTo(outcome.status());
        assertThat(ended.progress()).isEqualTo(PROGRESS);
        assertThat(ended.result()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("results")
    void a_result_reads_back_as_it_was_written(TaskResult result) {
        Task task = claimed("hello");

        store.finish(task.lease(), new Finish(DONE.outcome(), Optional.of(result), Progress.NONE));

        assertThat(found(task.id()).result()).contains(result);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void every_reason_reads_back_as_it_was_written(Reason reason) {
        Task task = claimed("hello");
        Outcome outcome = new Outcome.Failed(reason, "why", new Ending.NotStarted());

        store.finish(task.lease(), new Finish(outcome, Optional.empty(), Progress.NONE));

        assertThat(found(task.id()).outcome()).contains(outcome);
    }

    @Test
    void the_end_changes_nothing_of_what_was_asked_and_who_ran_it() {
        Task task = claimed("hello");
        Task running = found(task.id());

        store.finish(task.lease(), DONE);

        Task ended = found(task.id());
        assertThat(ended)
                .usingRecursiveComparison()
                .ignoringFields("status", "outcome", "finishedAt")
                .isEqualTo(running);
        assertThat(ended.finishedAt().orElseThrow())
                .isAfterOrEqualTo(ended.startedAt().orElseThrow());
    }

    @Test
    void the_longest_message_is_kept() {
        Task task = claimed("hello");
        Outcome outcome = new Outcome.Failed(Reason.API_ERROR, "é".repeat(Outcome.MAX_MESSAGE), new Ending.Exited(1));

        assertThat(store.finish(task.lease(), new Finish(outcome, Optional.empty(), Progress.NONE)))
                .isTrue();
        assertThat(found(task.id()).outcome()).contains(outcome);
    }

    @Test
    void an_answer_too_long_to_keep_is_shortened_and_the_outcome_still_stands() {
        TaskId id = finishedWith("\u0001".repeat(2_000_000)).id();

        Task ended = found(id);
        assertThat(ended.outcome()).contains(DONE.outcome());
        TaskResult kept = ended.result().orElseThrow();
        assertThat(kept.text().orElseThrow()).hasSize(150_000);
        assertThat(kept.structuredOutput()).isEmpty();
        assertThat(kept.turns()).isEqualTo(3);
    }

    @Test
    void the_first_outcome_stands() {
        Task task = finished("hello");

        boolean again = store.finish(
                task.lease(),
                new Finish(new Outcome.Cancelled(new Ending.NotStarted()), Optional.empty(), Progress.NONE));

        assertThat(again).isFalse();
        assertThat(found(task.id())).isEqualTo(task);
    }

    private Task finishedWith(String text) {
        Task task = claimed("hello");
        TaskResult result = new TaskResult(
                Optional.of(text), Optional.empty(), 3, BigDecimal.ONE, Usage.NONE, "[]", Optional.of("{}"));
        assertThat(store.finish(task.lease(), new Finish(DONE.outcome(), Optional.of(result), Progress.NONE)))
                .isTrue();
        return task;
    }
}
