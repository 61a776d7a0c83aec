package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Backoff;
import org.claudecluster.worker.task.FakePauses;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Retry;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.SpentBefore;
import org.claudecluster.worker.task.result.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What follows a run, cell by cell. */
class SequelTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final Progress PRINTED = new Progress(1, Optional.of(NOW), 0);
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final Duration MAX_WAIT = Duration.ofDays(8);
    private static final SpentBefore BEFORE = SpentBefore.NOTHING;
    private static final String KEY = "0123456789abcdef";

    private final InstantSource clock = InstantSource.fixed(NOW);
    private final FakePauses pauses = new FakePauses(clock);
    private final Sequel sequel = sequel(true);

    @ParameterizedTest
    @CsvSource(textBlock = """
            # reason,      named,  attempt, reset in, parking, what follows
            OVERLOADED,    false,  1,       ,         true,    ENDED
            OVERLOADED,    true,   1,       ,         true,    RETRIED
            OVERLOADED,    true,   2,       ,         true,    RETRIED
            OVERLOADED,    true,   3,       ,         true,    ENDED
            BILLING,       true,   1,       ,         true,    RETRIED
            BILLING,       false,  1,       ,         true,    ENDED
            AUTH_FAILED,   true,   1,       ,         true,    RETRIED
            DRAINED,       true,   1,       ,         true,    RETRIED
            DRAINED,       false,  1,       ,         true,    ENDED
            INCOMPLETE,    true,   1,       ,         true,    RETRIED
            RATE_LIMITED,  true,   1,       ,         true,    RETRIED
            RATE_LIMITED,  true,   1,       PT5H,     true,    PARKED
            RATE_LIMITED,  true,   3,       PT5H,     true,    PARKED
            RATE_LIMITED,  false,  1,       PT5H,     true,    PARKED
            RATE_LIMITED,  true,   1,       PT5H,     false,   RETRIED
            RATE_LIMITED,  false,  1,       PT5H,     false,   ENDED
            USAGE_LIMIT,   true,   1,       ,         true,    RETRIED
            USAGE_LIMIT,   true,   1,       P9D,      true,    ENDED
            USAGE_LIMIT,   true,   1,       P9D,      false,   ENDED
            USAGE_LIMIT,   true,   1,       PT-1S,    true,    RETRIED
            """)
    void a_failure(Reason reason, boolean named, int attempt, Duration resetIn, boolean parking, Follows follows) {
        Retry retry = new Retry(named ? Set.of(reason) : Set.of(), new Backoff(WAIT, WAIT, 1));
        Verdict verdict = failed(reason, Optional.ofNullable(resetIn).map(NOW::plus));

        FinalWrite closing = sequel(parking).of(attempt(attempt, retry), verdict, PRINTED, BEFORE);

        assertThat(closing).isInstanceOf(follows.type);
    }

    enum Follows {
        ENDED(FinalWrite.Ended.class),
        RETRIED(FinalWrite.Retried.class),
        PARKED(FinalWrite.Parked.class);

        private final Class<? extends FinalWrite> type;

        Follows(Class<? extends FinalWrite> type) {
            this.type = type;
        }
    }

    @ParameterizedTest
    @EnumSource(value = Reason.class, names = "WORKER_LOST", mode = EnumSource.Mode.EXCLUDE)
    void a_reason_that_nobody_named_ends_the_task_as_it_always_did(Reason reason) {
        Verdict verdict = failed(reason, Optional.empty());

        FinalWrite closing = sequel.of(attempt(1, Retry.DEFAULT), verdict, PRINTED, BEFORE);

        assertThat(((FinalWrite.Ended) closing).finish().outcome()).isEqualTo(verdict.outcome());
    }

    @Test
    void what_has_completed_or_was_cancelled_is_not_tried_again_whatever_is_named() {
        Ending end = new Ending.Exited(0);
        Outcome done = new Outcome.Completed(end, Optional.empty());
        Outcome cancelled = new Outcome.Cancelled(end);
        Task task = attempt(1, everything());

        assertThat(sequel.of(task, new Verdict(done, Optional.empty()), PRINTED, BEFORE)
                        .status())
                .isEqualTo(done.status());
        assertThat(sequel.of(task, new Verdict(cancelled, Optional.empty()), PRINTED, BEFORE)
                        .status())
                .isEqualTo(cancelled.status());
    }

    @Test
    void the_next_attempt_begins_after_the_backoff_of_which_half_is_chance() {
        FinalWrite.Retried closing = (FinalWrite.Retried)
                sequel.of(attempt(1, everything()), failed(Reason.OVERLOADED, Optional.empty()), PRINTED, BEFORE);

        assertThat(closing.requeue().notBefore()).isBetween(NOW.plus(WAIT.dividedBy(2)), NOW.plus(WAIT));
        assertThat(closing.requeue().why().reason()).isEqualTo(Reason.OVERLOADED);
        assertThat(closing.requeue().why().message()).isEqualTo("as the CLI said");
    }

    @Test
    void a_later_moment_that_the_api_named_wins_over_the_backoff() {
        Instant named = NOW.plus(Duration.ofHours(5));

        FinalWrite.Retried closing = (FinalWrite.Retried) sequel(false)
                .of(attempt(1, everything()), failed(Reason.RATE_LIMITED, Optional.of(named)), PRINTED, BEFORE);

        assertThat(closing.requeue().notBefore()).isBetween(named, named.plusSeconds(30));
    }

    @Test
    void an_untouched_run_of_a_drain_goes_back_uncounted_also_where_drained_is_named() {
        FinalWrite closing =
                sequel.of(attempt(1, everything()), failed(Reason.DRAINED, Optional.empty()), Progress.NONE, BEFORE);

        assertThat(closing).isInstanceOf(FinalWrite.GivenBack.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"BILLING", "AUTH_FAILED"})
    void what_the_whole_credential_failed_for_holds_everybody_back_before_the_end_is_written(Reason reason) {
        Verdict verdict = failed(reason, Optional.empty()).ranWith(Optional.of(KEY));

        sequel.of(attempt(1, Retry.DEFAULT), verdict, PRINTED, BEFORE);

        assertThat(pauses.paused(KEY))
                .hasValueSatisfying(pause -> assertThat(pause.reason()).isEqualTo(reason));
    }

    @Test
    void a_failure_that_is_one_caller_s_own_holds_nobody_back() {
        Verdict verdict = failed(Reason.API_ERROR, Optional.empty()).ranWith(Optional.of(KEY));

        sequel.of(attempt(1, Retry.DEFAULT), verdict, PRINTED, BEFORE);

        assertThat(pauses.paused(KEY)).isEmpty();
    }

    private Sequel sequel(boolean parking) {
        return new Sequel(new ParkRules(parking, 10, MAX_WAIT), pauses, clock);
    }

    private static Retry everything() {
        Set<Reason> all = EnumSet.allOf(Reason.class);
        all.removeIf(reason -> !Retry.canHelp(reason));
        return new Retry(all, new Backoff(WAIT, WAIT, 1));
    }

    /** The attempt of three that is now under way. */
    private static Task attempt(int number, Retry retry) {
        TaskSpec spec = ASpec.asking("x").maxAttempts(3).retry(retry).build();
        Task task = Task.enqueued(TaskId.create(NOW), Submitter.UNKNOWN, spec, NOW);
        for (int i = 0; i < number; i++) {
            task = task.claimed(EmbeddedStore.claimant("self"), NOW);
        }
        return task;
    }

    private static Verdict failed(Reason reason, Optional<Instant> reset) {
        return new Verdict(
                new Outcome.Failed(reason, "as the CLI said", new Ending.Exited(1)), Optional.empty(), reset);
    }
}
