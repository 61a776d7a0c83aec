package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.exec.TaskRun;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Backoff;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Retry;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.task.store.CancelAnswer;
import org.claudecluster.worker.task.store.TaskStore;
import org.junit.jupiter.api.Test;

/** Claiming and running. */
class LifecycleTest extends LifecycleFixture {

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
        TaskId task = submit();
        awaitStatus(task, TaskStatus.COMPLETED);
    }

    @Test
    void a_cancel_that_this_worker_hears_of_ends_the_run_at_once() {
        TaskId task = store.enqueue();
        lifecycle.start();
        await().until(() -> executor.started.contains(task));
        assertThat(store.own.cancel(task)).isEqualTo(CancelAnswer.REQUESTED);
        lifecycle.cancelRequested(task);
        awaitStatus(task, TaskStatus.CANCELLED);
    }

    @Test
    void a_cancel_between_claim_and_start_is_found_in_the_store() {
        TaskId task = store.enqueue();
        TaskStore cancelling = store.with((method, real) -> {
            Object answer = real.call();
            if (method.equals("claim")) {
                store.own.cancel(task);
            }
            return answer;
        });
        lifecycle = lifecycle(cancelling, executor, 1, true);
        lifecycle.start();
        awaitStatus(task, TaskStatus.CANCELLED);
        assertThat(executor.stopped).containsOnly(StopCause.CANCELLED);
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
    void a_limit_that_always_resets_a_minute_later_ends_the_task_after_so_many_waits() {
        executor.verdict = failed(Reason.USAGE_LIMIT, Optional.of(Instant.now().plusSeconds(3_600)));
        executor.open = true;
        TaskId task = store.enqueue();
        lifecycle.start();
        IntStream.rangeClosed(1, 10).forEach(parks -> {
            awaitParks(task, parks);
            store.due(task);
        });

        awaitStatus(task, TaskStatus.FAILED);

        assertThat(store.find(task).outcome().orElseThrow().reason()).contains(Reason.USAGE_LIMIT);
        assertThat(store.find(task).outcome().orElseThrow().message().orElseThrow())
                .contains("10 times in a row since");
        assertThat(observed.parked).hasSize(10);
    }

    private void awaitParks(TaskId task, int parks) {
        await().until(() ->
                store.find(task).parks().inARow() == parks && store.find(task).status() == TaskStatus.PENDING);
    }

    @Test
    void a_named_reason_is_followed_by_another_attempt_as_long_as_one_is_left() {
        executor.verdict = failed(Reason.OVERLOADED, Optional.empty());
        executor.open = true;
        Retry retry = new Retry(Set.of(Reason.OVERLOADED), new Backoff(Duration.ofMillis(1), Duration.ofMillis(1), 1));
        TaskId task =
                store.enqueue(ASpec.asking("again").maxAttempts(3).retry(retry).build());
        lifecycle.start();

        awaitStatus(task, TaskStatus.FAILED);

        assertThat(executor.started).containsExactly(task, task, task);
        assertThat(store.find(task).attempt()).isEqualTo(3);
        assertThat(observed.retried).containsExactly(Reason.OVERLOADED, Reason.OVERLOADED);
        assertThat(observed.finished).hasValue(1);
    }

    @Test
    void of_a_closed_gate_one_task_may_find_out_whether_it_can_be_opened() {
        AtomicBoolean mayTry = new AtomicBoolean(true);
        gate = new ClaimGate() {
            @Override
            public boolean isOpen(ExecutorType type) {
                return false;
            }

            @Override
            public boolean mayOneTry(ExecutorType type) {
                return mayTry.get();
            }

            @Override
            public void oneTries() {
                mayTry.set(false);
            }
        };
        lifecycle = lifecycle(store.tasks, executor, 2, true);
        TaskId first = store.enqueue();
        TaskId second = store.enqueue();
        executor.open = true;
        lifecycle.start();

        awaitStatus(first, TaskStatus.COMPLETED);
        TaskId third = submit();

        assertThat(mayTry).isFalse();
        assertThat(store.find(second).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(store.find(third).status()).isEqualTo(TaskStatus.PENDING);
    }

    private static Verdict failed(Reason reason, Optional<Instant> reset) {
        return new Verdict(new Outcome.Failed(reason, "said the API", new Ending.Exited(1)), Optional.empty(), reset);
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
