package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.lifecycle.RunningTasks.Running;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.Park;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OutcomeWriterTest {

    private static final Duration TRUSTED = Duration.ofMinutes(1);
    private static final FinalWrite DONE = new FinalWrite.Ended(
            new Finish(new Outcome.Completed(new Ending.Exited(0), Optional.empty()), Optional.empty(), Progress.NONE));

    @TempDir
    Path directory;

    private final AtomicInteger tries = new AtomicInteger();
    private final ManualTicker ticker = new ManualTicker();
    private final RunningTasks running = new RunningTasks(ticker, TRUSTED);
    private EmbeddedStore store;
    private TaskId task;
    private Running run;

    @BeforeEach
    void claimOne() {
        store = new EmbeddedStore(directory);
        task = store.enqueue(5, 2);
        run = running.add(store.tasks.claim(EmbeddedStore.claimant("self"), 1).getFirst(), ticker.nanos());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void an_outcome_is_written_once() {
        OutcomeWriter writer = new OutcomeWriter(store.tasks);
        assertThat(writer.write(run, DONE).map(OutcomeWriter.Written::now)).contains(TaskStatus.COMPLETED);
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(writer.write(run, DONE)).isEmpty();
    }

    @Test
    void nothing_is_written_under_a_stolen_lease() {
        assertThat(store.update("UPDATE task SET epoch = epoch + 1")).isEqualTo(1);
        assertThat(new OutcomeWriter(store.tasks).write(run, DONE)).isEmpty();
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void nothing_is_even_tried_when_the_trust_is_over_or_the_lease_known_to_be_lost() {
        OutcomeWriter writer = new OutcomeWriter(counting());
        ticker.advance(TRUSTED);
        assertThat(writer.write(run, DONE)).isEmpty();
        run.lose();
        assertThat(writer.write(run, DONE)).isEmpty();
        assertThat(tries).hasValue(0);
    }

    @Test
    void a_store_that_is_away_for_a_moment_is_tried_again() {
        TaskStore flaky = store.with((method, real) -> {
            if (!method.equals("findOfAnyTenant") && tries.incrementAndGet() < 3) {
                throw away();
            }
            return real.call();
        });
        assertThat(new OutcomeWriter(flaky).write(run, DONE).map(OutcomeWriter.Written::now))
                .contains(TaskStatus.COMPLETED);
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.COMPLETED);
    }

    @ParameterizedTest
    @MethodSource("closings")
    void a_write_whose_answer_was_lost_has_been_written(FinalWrite closing) {
        TaskStore forgetful = store.with((method, real) -> answerOnce(method, real));
        assertThat(new OutcomeWriter(forgetful).write(run, closing).map(OutcomeWriter.Written::now))
                .contains(closing.status());
        assertThat(store.find(task).status()).isEqualTo(closing.status());
        assertThat(tries).hasValue(2);
    }

    @Test
    void a_write_whose_answer_was_lost_is_found_also_when_a_renewal_was_refused_meanwhile() {
        TaskStore forgetful = store.with((method, real) -> {
            Object answer = real.call();
            if (method.equals("finish")) {
                run.lose();
                throw away();
            }
            return answer;
        });
        assertThat(new OutcomeWriter(forgetful).write(run, DONE).map(OutcomeWriter.Written::now))
                .contains(TaskStatus.COMPLETED);
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.COMPLETED);
    }

    static List<FinalWrite> closings() {
        Instant reset = Instant.parse("2126-01-01T00:00:00Z");
        Park park = new Park(new Parked(Reason.USAGE_LIMIT, "a limit"), reset, reset, Optional.empty());
        return List.of(DONE, FinalWrite.GivenBack.drained(), new FinalWrite.Parked(park, Account.NONE));
    }

    @Test
    void a_store_that_stays_away_is_given_up_when_the_trust_is_over() {
        TaskStore gone = store.with((method, _) -> {
            if (method.equals("finish") && tries.incrementAndGet() == 3) {
                ticker.advance(TRUSTED);
            }
            throw away();
        });
        assertThat(new OutcomeWriter(gone).write(run, DONE)).isEmpty();
        assertThat(tries).hasValue(3);
    }

    @ParameterizedTest
    @MethodSource("closings")
    void an_outcome_that_the_store_rejects_is_told_instead_and_not_tried_for_ever(FinalWrite closing) {
        TaskStore picky = store.with((_, real) -> {
            if (tries.incrementAndGet() == 1) {
                throw rejection();
            }
            return real.call();
        });

        assertThat(new OutcomeWriter(picky).write(run, closing).map(OutcomeWriter.Written::now))
                .contains(TaskStatus.FAILED);

        assertThat(tries).hasValue(2);
        Outcome outcome = store.find(task).outcome().orElseThrow();
        assertThat(outcome.reason()).contains(Reason.OUTPUT_LIMIT);
        assertThat(outcome.message()).contains("the outcome could not be written: it is rejected");
    }

    @Test
    void a_store_that_rejects_everything_is_left_alone() {
        TaskStore picky = store.with((_, _) -> {
            tries.incrementAndGet();
            throw rejection();
        });

        assertThat(new OutcomeWriter(picky).write(run, DONE)).isEmpty();
        assertThat(tries).hasValue(2);
    }

    private static StoreRejectedException rejection() {
        return new StoreRejectedException("it is rejected", new IllegalStateException("test"));
    }

    private TaskStore counting() {
        return store.with((_, real) -> {
            tries.incrementAndGet();
            return real.call();
        });
    }

    private Object answerOnce(String method, Callable<Object> real) throws Exception {
        Object answer = real.call();
        if (!method.equals("findOfAnyTenant") && tries.incrementAndGet() == 1) {
            throw away();
        }
        return answer;
    }

    private static StoreUnavailableException away() {
        return new StoreUnavailableException("away", new IllegalStateException("test"));
    }
}
