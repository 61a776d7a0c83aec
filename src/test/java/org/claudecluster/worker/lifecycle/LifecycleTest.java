package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.claude.Verdict;
import org.claudecluster.worker.exec.Availability;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.Leftovers;
import org.claudecluster.worker.exec.StopCause;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.exec.TaskRun;
import org.claudecluster.worker.exec.WatchSettings;
import org.claudecluster.worker.exec.Watchdog;
import org.claudecluster.worker.task.CancelAnswer;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskStatus;
import org.claudecluster.worker.task.TaskStore;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.Workspaces;
import org.claudecluster.worker.terminal.CgroupUse;
import org.claudecluster.worker.terminal.Containment;
import org.claudecluster.worker.transcript.FileTranscriptLog;
import org.claudecluster.worker.transcript.Transcripts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifecycleTest {

    private static final WorkerId SELF = new WorkerId("self-1");

    @TempDir
    Path directory;

    private final GatedExecutor executor = new GatedExecutor();
    private final Observed observed = new Observed();
    private final ManualTicker ticker = new ManualTicker();
    private ClaimGate gate = ClaimGate.open();
    private Duration drain = Duration.ofMinutes(1);
    private EmbeddedStore store;
    private Lifecycle lifecycle;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        lifecycle = lifecycle(store.tasks, executor, 2, true);
    }

    @AfterEach
    void close() {
        lifecycle.stop();
        store.close();
    }

    @Test
    void while_the_gate_is_closed_tasks_wait_and_none_is_started() {
        AtomicBoolean opened = new AtomicBoolean();
        CountDownLatch asked = new CountDownLatch(3);
        gate = _ -> {
            asked.countDown();
            return opened.get();
        };
        lifecycle = lifecycle(store.tasks, executor, 2, true);
        TaskId task = store.enqueue(5, 1);
        executor.open = true;
        lifecycle.start();
        await().until(() -> asked.getCount() == 0);
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(store.find(task).attempt()).isZero();
        assertThat(executor.started).isEmpty();

        opened.set(true);

        awaitStatus(task, TaskStatus.COMPLETED);
    }

    @Test
    void with_one_slot_the_most_urgent_run_first_and_equals_in_the_order_of_their_coming() {
        lifecycle = lifecycle(store.tasks, executor, 1, true);
        TaskId low = store.enqueue(3, 1);
        TaskId high = store.enqueue(9, 1);
        TaskId middle = store.enqueue(5, 1);
        TaskId alsoHigh = store.enqueue(9, 1);
        executor.open = true;
        lifecycle.start();
        awaitStatus(low, TaskStatus.COMPLETED);
        assertThat(executor.started).containsExactly(high, alsoHigh, middle, low);
    }

    @Test
    void of_200_tasks_no_more_run_at_once_than_there_are_slots() {
        lifecycle = lifecycle(store.tasks, executor, 7, true);
        List<TaskId> tasks =
                IntStream.range(0, 200).mapToObj(_ -> store.enqueue()).toList();
        lifecycle.start();
        await().until(() -> executor.started.size() == 7);
        executor.open = true;
        await().atMost(Duration.ofSeconds(30)).until(() -> observed.finished.get() == 200);
        assertThat(executor.most).hasValue(7);
        assertThat(executor.started).containsExactlyInAnyOrderElementsOf(tasks);
        assertThat(tasks).allMatch(task -> store.find(task).status() == TaskStatus.COMPLETED);
        assertThat(lifecycle.activeTasks()).isZero();
    }

    @Test
    void an_enqueue_is_noticed_without_waiting_for_the_poll() {
        lifecycle.start();
        await().until(() ->
                observed.claimed.get() == 0 && lifecycle.queue().depth().pending() == 0);
        executor.open = true;
        TaskId task = store.enqueue();
        lifecycle.enqueued();
        awaitStatus(task, TaskStatus.COMPLETED);
    }

    @Test
    void a_cancel_that_this_worker_hears_of_ends_the_run_at_once() {
        TaskId task = store.enqueue();
        lifecycle.start();
        await().until(() -> executor.started.contains(task));
        assertThat(store.tasks.cancel(task)).isEqualTo(CancelAnswer.REQUESTED);
        lifecycle.cancelRequested(task);
        awaitStatus(task, TaskStatus.CANCELLED);
    }

    @Test
    void a_cancel_between_claim_and_start_is_found_in_the_store() {
        TaskId task = store.enqueue();
        TaskStore cancelling = store.with((method, real) -> {
            Object answer = real.call();
            if (method.equals("claim")) {
                store.tasks.cancel(task);
            }
            return answer;
        });
        lifecycle = lifecycle(cancelling, executor, 1, true);
        lifecycle.start();
        awaitStatus(task, TaskStatus.CANCELLED);
        assertThat(executor.stopped).containsOnly(StopCause.CANCELLED);
    }

    @Test
    void a_lost_lease_stops_the_run_and_writes_nothing() {
        TaskId task = store.enqueue();
        lifecycle.start();
        await().until(() -> executor.started.contains(task));
        assertThat(store.update("UPDATE task SET epoch = epoch + 1, worker = 'thief',"
                        + " lease_until = CURRENT_TIMESTAMP + INTERVAL '1' HOUR"))
                .isEqualTo(1);
        await().until(() -> observed.leasesLost.get() == 1);
        assertThat(executor.stopped).containsExactly(StopCause.LEASE_LOST);
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(store.find(task).worker()).contains(new WorkerId("thief"));
        assertThat(observed.finished).hasValue(0);
    }

    @Test
    void a_stop_ends_what_runs_writes_its_outcome_and_leaves_what_waits() {
        List<TaskId> tasks =
                IntStream.range(0, 3).mapToObj(_ -> store.enqueue()).toList();
        lifecycle.start();
        await().until(() -> executor.started.size() == 2);
        lifecycle.stop();
        assertThat(lifecycle.draining()).isTrue();
        assertThat(tasks)
                .map(task -> store.find(task).status())
                .containsExactly(TaskStatus.FAILED, TaskStatus.FAILED, TaskStatus.PENDING);
        assertThat(store.find(tasks.getFirst()).outcome().orElseThrow().reason())
                .contains(Reason.DRAINED);
        assertThat(executor.stopped).containsOnly(StopCause.DRAINED);
    }

    @Test
    void what_a_claim_under_way_brings_after_the_stop_goes_back_uncounted() {
        AtomicBoolean claimed = new AtomicBoolean();
        TaskStore slow = store.with((method, real) -> {
            Object answer = real.call();
            if (method.equals("claim") && !claimed.getAndSet(true)) {
                await().until(() -> lifecycle.draining());
            }
            return answer;
        });
        lifecycle = lifecycle(slow, executor, 1, true);
        TaskId task = store.enqueue();
        lifecycle.start();
        await().untilTrue(claimed);
        lifecycle.stop();
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(store.find(task).attempt()).isZero();
        assertThat(executor.started).isEmpty();
        assertThat(observed.drained).containsExactly(TaskStatus.PENDING);
    }

    @Test
    void a_drain_lets_what_runs_finish_and_claims_no_more() {
        TaskId first = store.enqueue();
        TaskId second = store.enqueue();
        lifecycle = lifecycle(store.tasks, executor, 1, true);
        lifecycle.start();
        await().until(() -> executor.started.contains(first));
        Thread drain = Thread.ofVirtual().start(lifecycle::drain);
        await().until(lifecycle::draining);
        executor.open = true;
        await().until(() -> !drain.isAlive());
        assertThat(store.find(first).status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(store.find(second).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(observed.drained).isEmpty();
    }

    @Test
    void a_drain_that_lasts_too_long_ends_what_runs() {
        drain = Duration.ZERO;
        lifecycle = lifecycle(store.tasks, executor, 1, true);
        TaskId task = store.enqueue();
        lifecycle.start();
        await().until(() -> executor.started.contains(task));
        lifecycle.drain();
        assertThat(store.find(task).outcome().orElseThrow().reason()).contains(Reason.DRAINED);
        assertThat(observed.drained).containsExactly(TaskStatus.FAILED);
    }

    @Test
    void a_task_that_printed_nothing_and_has_an_attempt_left_goes_back_uncounted() {
        TaskId task = store.enqueue(5, 2);
        lifecycle.start();
        await().until(() -> executor.started.contains(task));
        lifecycle.stop();
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(store.find(task).attempt()).isZero();
        assertThat(observed.drained).containsExactly(TaskStatus.PENDING);
        assertThat(observed.finished).hasValue(0);
    }

    @Test
    void a_drain_can_be_hurried_and_a_second_one_waits_for_the_first() {
        TaskId task = store.enqueue();
        lifecycle.start();
        await().until(() -> executor.started.contains(task));
        Thread first = Thread.ofVirtual().start(lifecycle::drain);
        await().until(lifecycle::draining);
        Thread second = Thread.ofVirtual().start(lifecycle::drain);
        assertThat(executor.stopped).isEmpty();
        lifecycle.hurry();
        await().until(() -> !first.isAlive() && !second.isAlive());
        assertThat(executor.stopped).containsExactly(StopCause.DRAINED);
    }

    @Test
    void only_a_shared_store_takes_tasks_while_this_worker_drains() {
        Lifecycle sharing = lifecycle(store.tasks, executor, 1, false);
        assertThat(lifecycle.accepting()).isTrue();
        lifecycle.drain();
        sharing.drain();
        assertThat(lifecycle.accepting()).isFalse();
        assertThat(sharing.accepting()).isTrue();
        sharing.stop();
    }

    @Test
    void a_run_that_could_not_be_renewed_in_time_is_stopped_and_writes_nothing() {
        TaskStore away = store.with((method, real) -> {
            if (method.equals("renew")) {
                throw new StoreUnavailable("away", new IllegalStateException("test"));
            }
            return real.call();
        });
        lifecycle = lifecycle(away, executor, 1, true);
        TaskId task = store.enqueue();
        lifecycle.start();
        await().until(() -> executor.started.contains(task));
        ticker.advance(Duration.ofSeconds(25));
        await().until(() -> observed.leasesLost.get() == 1);
        assertThat(executor.stopped).containsExactly(StopCause.LEASE_LOST);
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void a_task_that_is_claimed_again_here_waits_for_the_end_of_its_lost_run() {
        executor.deaf = true;
        TaskId task = store.enqueue(5, 2);
        lifecycle.start();
        await().until(() -> executor.started.contains(task));
        // As another worker's reaper does it.
        assertThat(store.update("UPDATE task SET status = 'pending', worker = NULL, lease_until = NULL"))
                .isEqualTo(1);
        await().until(() -> lifecycle.activeTasks() == 2);
        assertThat(executor.started).hasSize(1);
        executor.open = true;
        awaitStatus(task, TaskStatus.COMPLETED);
        assertThat(executor.most).hasValue(1);
        assertThat(executor.started).containsExactly(task, task);
        assertThat(store.find(task).attempt()).isEqualTo(2);
    }

    @Test
    void a_usage_limit_sends_the_task_back_until_its_reset() {
        Instant reset = Instant.now().plusSeconds(3_600).truncatedTo(ChronoUnit.MILLIS);
        executor.verdict = new Verdict(
                new Outcome.Failed(Reason.USAGE_LIMIT, "a limit", new Ending.Exited(1)),
                Optional.empty(),
                Optional.of(reset));
        executor.open = true;
        TaskId task = store.enqueue();
        lifecycle.start();
        await().until(() -> observed.parked.equals(List.of(Reason.USAGE_LIMIT)));
        Task parked = store.find(task);
        assertThat(parked.status()).isEqualTo(TaskStatus.PENDING);
        assertThat(parked.attempt()).isZero();
        assertThat(parked.parked()).contains(new Parked(Reason.USAGE_LIMIT, "a limit"));
        assertThat(parked.spec().notBefore().orElseThrow()).isBetween(reset, reset.plusSeconds(30));
        assertThat(observed.finished).hasValue(0);
    }

    @Test
    void what_a_predecessor_left_is_ended_at_the_start_or_run_again() {
        TaskId once = store.enqueue(5, 1);
        TaskId twice = store.enqueue(5, 2);
        store.tasks.claim(EmbeddedStore.claimant("dead"), 2);
        executor.open = true;
        lifecycle.start();
        awaitStatus(twice, TaskStatus.COMPLETED);
        assertThat(store.find(twice).attempt()).isEqualTo(2);
        assertThat(store.find(once).outcome().orElseThrow().reason()).contains(Reason.WORKER_LOST);
        assertThat(executor.started).containsExactly(twice);
    }

    @Test
    void in_a_shared_store_another_worker_s_lease_is_respected() {
        TaskId task = store.enqueue();
        store.tasks.claim(EmbeddedStore.claimant("other"), 1);
        lifecycle = lifecycle(store.tasks, executor, 1, false);
        lifecycle.start();
        TaskId mine = store.enqueue();
        executor.open = true;
        lifecycle.enqueued();
        awaitStatus(mine, TaskStatus.COMPLETED);
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void a_run_that_throws_ends_failed_and_gives_its_slot_back() {
        lifecycle = lifecycle(store.tasks, new Broken(), 1, true);
        TaskId first = store.enqueue();
        TaskId second = store.enqueue();
        lifecycle.start();
        awaitStatus(first, TaskStatus.FAILED);
        awaitStatus(second, TaskStatus.FAILED);
        assertThat(store.find(first).outcome().orElseThrow().message())
                .contains("the run broke off: IllegalStateException");
        await().until(() -> lifecycle.activeTasks() == 0);
    }

    @Test
    void a_claim_that_fails_is_tried_again() {
        AtomicBoolean failed = new AtomicBoolean();
        TaskStore flaky = store.with((method, real) -> {
            if (method.equals("claim") && !failed.getAndSet(true)) {
                throw new IllegalStateException("a row that can't be read");
            }
            return real.call();
        });
        lifecycle = lifecycle(flaky, executor, 1, true);
        executor.open = true;
        TaskId task = store.enqueue();
        lifecycle.start();
        awaitStatus(task, TaskStatus.COMPLETED);
    }

    private void awaitStatus(TaskId task, TaskStatus status) {
        await().until(() -> store.find(task).status() == status);
    }

    private Lifecycle lifecycle(TaskStore tasks, TaskExecutor runs, int slots, boolean ownsStore) {
        Duration poll = Duration.ofMillis(100);
        LifecycleSettings settings = new LifecycleSettings(
                SELF,
                "self",
                Set.of("self"),
                "1",
                Optional::empty,
                Sessions.NONE,
                Workspaces.NONE,
                slots,
                1_000,
                poll,
                new LeaseTimes(Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofSeconds(5)),
                Duration.ZERO,
                Duration.ofMillis(50),
                new StopTimes(drain, Duration.ofSeconds(10)),
                true,
                new RetentionTimes(Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1)),
                ownsStore);
        Transcripts transcripts = new Transcripts(
                new FileTranscriptLog(directory.resolve("transcripts")), InstantSource.system(), 8 << 20, 64 << 20);
        return new Lifecycle(
                settings,
                tasks,
                store.tasks,
                transcripts,
                new ExecutorStrategy(runs, runs, ExecutorType.STUB),
                gate,
                new Leftovers(
                        observed,
                        Containment.detect(ChildEnvironment.RUN_MARKER, directory.resolve("runs"), CgroupUse.NEVER)
                                .remains(),
                        directory.resolve("tmp")),
                new Watchdog(
                        new WatchSettings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, 0, 0, false),
                        observed,
                        ticker::nanos),
                observed,
                InstantSource.system(),
                ticker);
    }

    /** Throws what no executor should. */
    private static final class Broken implements TaskExecutor {
        @Override
        public ExecutorType type() {
            return ExecutorType.STUB;
        }

        @Override
        public Availability probe() {
            return new Availability.Available(Optional.empty());
        }

        @Override
        public Verdict run(TaskRun run) {
            throw new IllegalStateException("a defect");
        }
    }
}
