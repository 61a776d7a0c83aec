package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.TaskStore;
import org.junit.jupiter.api.Test;

/** How a worker stops: claiming no more, letting finish, ending the rest. */
class LifecycleDrainTest extends LifecycleFixture {

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
    void a_task_whose_clone_was_drained_goes_back_uncounted_whatever_git_printed() {
        TaskId task = store.enqueue(5, 2);
        executor.preparing = Optional.of("Receiving objects: 3%");
        lifecycle.start();
        await().until(() -> executor.started.contains(task));
        lifecycle.stop();
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(store.find(task).attempt()).isZero();
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
    void a_drain_does_not_wait_for_those_who_submit_meanwhile() throws InterruptedException {
        CountDownLatch submits = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        TaskStore slow = store.with((method, real) -> {
            if (method.equals("enqueue")) {
                submits.countDown();
                goesOn.await();
            }
            return real.call();
        });
        lifecycle = lifecycle(slow, executor, 1, true);
        TaskId runs = store.enqueue();
        lifecycle.start();
        await().until(() -> executor.started.contains(runs));
        Thread drain = Thread.ofPlatform().start(lifecycle::drain);
        await("it waits for what runs").until(() -> drain.getState() == Thread.State.TIMED_WAITING);
        Thread submit = Thread.ofPlatform().start(this::submit);
        submits.await();

        executor.open = true;

        await().until(() -> !drain.isAlive());
        assertThat(submit.isAlive()).isTrue();
        goesOn.countDown();
        submit.join();
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
}
