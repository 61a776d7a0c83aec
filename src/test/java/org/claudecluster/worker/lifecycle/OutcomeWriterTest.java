package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Finish;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskStatus;
import org.claudecluster.worker.task.TaskStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeWriterTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Finish DONE =
            new Finish(new Outcome.Completed(new Ending.Exited(0), Optional.empty()), Optional.empty(), Progress.NONE);

    @TempDir
    Path directory;

    private final AtomicInteger tries = new AtomicInteger();
    private EmbeddedStore store;
    private TaskId task;
    private Lease lease;

    @BeforeEach
    void claimOne() {
        store = new EmbeddedStore(directory);
        task = store.enqueue();
        lease = store.tasks.claim(EmbeddedStore.claimant("self"), 1).getFirst().lease();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void an_outcome_is_written_once() {
        OutcomeWriter writer = new OutcomeWriter(store.tasks, LONG);
        assertThat(writer.write(lease, DONE)).isTrue();
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(writer.write(lease, DONE)).isFalse();
    }

    @Test
    void nothing_is_written_under_a_lost_lease() {
        Lease older = new Lease(task, lease.holder(), lease.epoch() + 1);
        assertThat(new OutcomeWriter(store.tasks, LONG).write(older, DONE)).isFalse();
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void a_store_that_is_away_for_a_moment_is_tried_again() {
        TaskStore flaky = store.with((method, real) -> {
            if (method.equals("finish") && tries.incrementAndGet() == 1) {
                throw away();
            }
            return real.call();
        });
        assertThat(new OutcomeWriter(flaky, LONG).write(lease, DONE)).isTrue();
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.COMPLETED);
    }

    @Test
    void a_write_whose_answer_was_lost_has_been_written() {
        TaskStore forgetful = store.with((method, real) -> answerOnce(method, real));
        assertThat(new OutcomeWriter(forgetful, LONG).write(lease, DONE)).isTrue();
        assertThat(tries).hasValue(2);
    }

    @Test
    void a_store_that_stays_away_is_given_up() {
        TaskStore gone = store.with((_, _) -> {
            tries.incrementAndGet();
            throw away();
        });
        assertThat(new OutcomeWriter(gone, Duration.ZERO).write(lease, DONE)).isFalse();
        assertThat(tries).hasValue(1);
    }

    private Object answerOnce(String method, Callable<Object> real) throws Exception {
        Object answer = real.call();
        if (method.equals("finish") && tries.incrementAndGet() == 1) {
            throw away();
        }
        return answer;
    }

    private static StoreUnavailable away() {
        return new StoreUnavailable("away", new IllegalStateException("test"));
    }
}
