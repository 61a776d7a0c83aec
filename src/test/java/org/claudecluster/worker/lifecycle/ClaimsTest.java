package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.lifecycle.RunningTasks.Running;
import org.claudecluster.worker.lifecycle.retention.RetentionTimes;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.Workspaces;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims whose replies are lost or late. */
class ClaimsTest {

    private static final LeaseTimes TIMES =
            new LeaseTimes(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(5));

    @TempDir
    Path directory;

    private final Observed observed = new Observed();
    private final ManualTicker ticker = new ManualTicker();
    private final RunningTasks running = new RunningTasks(ticker, TIMES.trusted());
    private final AtomicBoolean loseReply = new AtomicBoolean();
    private Duration slow = Duration.ZERO;
    private EmbeddedStore store;
    private Claims claims;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        TaskStore troubled = store.with((method, real) -> {
            Object answer = real.call();
            if (method.equals("claim")) {
                ticker.advance(slow);
                if (loseReply.getAndSet(false)) {
                    throw new StoreUnavailableException("away", new IllegalStateException("test"));
                }
            }
            return answer;
        });
        claims = new Claims(settings(), troubled, running, observed, ticker);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void what_a_claim_took_whose_reply_was_lost_goes_back_and_is_claimed_anew() {
        TaskId task = store.enqueue();
        loseReply.set(true);
        assertThatThrownBy(() -> claims.claim(ExecutorType.STUB, 1)).isInstanceOf(StoreUnavailableException.class);
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.RUNNING);

        Task claimed = claims.claim(ExecutorType.STUB, 1).tasks().getFirst();
        assertThat(claimed.id()).isEqualTo(task);
        assertThat(claimed.attempt()).isEqualTo(1);
        assertThat(claimed.epoch()).isEqualTo(2);
    }

    @Test
    void of_what_a_claim_took_whose_reply_was_lost_nothing_is_too_much_to_go_back() {
        List<TaskId> tasks =
                IntStream.range(0, 600).mapToObj(_ -> store.enqueue()).toList();
        loseReply.set(true);
        assertThatThrownBy(() -> claims.claim(ExecutorType.STUB, 600)).isInstanceOf(StoreUnavailableException.class);

        assertThat(claims.isSettled()).isTrue();

        assertThat(tasks).allMatch(task -> store.find(task).status() == TaskStatus.PENDING);
    }

    @Test
    void what_goes_back_and_is_not_wanted_any_more_is_counted_as_cancelled() {
        TaskId task = store.enqueue();
        loseReply.set(true);
        assertThatThrownBy(() -> claims.claim(ExecutorType.STUB, 1)).isInstanceOf(StoreUnavailableException.class);
        store.own.cancel(task);

        assertThat(claims.isSettled()).isTrue();

        assertThat(store.find(task).status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(observed.ended).containsExactly("cancelled cancelled");
    }

    @Test
    void what_runs_or_was_lost_here_stays_as_it_is() {
        TaskId runs = store.enqueue();
        TaskId lost = store.enqueue();
        Claims.Claimed both = claims.claim(ExecutorType.STUB, 2);
        both.tasks().forEach(task -> running.add(task, both.sentAt()));
        Running ended = running.find(lost).orElseThrow();
        ended.lose();
        running.remove(ended);
        loseReply.set(true);
        assertThatThrownBy(() -> claims.claim(ExecutorType.STUB, 2)).isInstanceOf(StoreUnavailableException.class);

        assertThat(claims.claim(ExecutorType.STUB, 2).tasks()).isEmpty();
        assertThat(store.find(runs).epoch()).isEqualTo(1);
        assertThat(store.find(lost).status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(store.find(lost).epoch()).isEqualTo(1);
    }

    @Test
    void what_another_worker_runs_is_its_own() {
        TaskId theirs = store.enqueue();
        store.tasks.claim(EmbeddedStore.claimant("other"), 1);
        loseReply.set(true);
        assertThatThrownBy(() -> claims.claim(ExecutorType.STUB, 1)).isInstanceOf(StoreUnavailableException.class);

        claims.claim(ExecutorType.STUB, 1);
        assertThat(store.find(theirs).worker()).contains(new WorkerId("other"));
    }

    @Test
    void what_comes_when_the_trust_is_over_goes_back_at_once() {
        TaskId task = store.enqueue();
        slow = TIMES.trusted();
        assertThat(claims.claim(ExecutorType.STUB, 1).tasks()).isEmpty();
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(store.find(task).attempt()).isZero();
    }

    private static LifecycleSettings settings() {
        return new LifecycleSettings(
                new WorkerIdentity(new WorkerId("self-1"), "self", Set.of("self"), "1"),
                new LifecycleSettings.Holdings(Optional::empty, Sessions.NONE, Workspaces.NONE),
                new QueueSettings(2, 1_000, Duration.ofSeconds(1), Duration.ZERO, true),
                TIMES,
                Duration.ofMillis(250),
                new StopTimes(Duration.ZERO, Duration.ZERO),
                new ParkRules(true, 10, Duration.ofDays(8)),
                new RetentionTimes(Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1)));
    }
}
