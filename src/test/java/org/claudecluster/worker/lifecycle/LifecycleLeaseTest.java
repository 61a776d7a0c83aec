package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskStore;
import org.junit.jupiter.api.Test;

/** What is lost: by this worker, by one before it, by another one beside it. */
class LifecycleLeaseTest extends LifecycleFixture {

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
    void a_run_that_could_not_be_renewed_in_time_is_stopped_and_writes_nothing() {
        TaskStore away = store.with((method, real) -> {
            if (method.equals("renew")) {
                throw new StoreUnavailableException("away", new IllegalStateException("test"));
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
        executor.open = true;
        TaskId mine = submit();
        awaitStatus(mine, TaskStatus.COMPLETED);
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.RUNNING);
    }
}
