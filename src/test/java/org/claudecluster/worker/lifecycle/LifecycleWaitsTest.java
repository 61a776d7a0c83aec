package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.watchdog.Watched;
import org.junit.jupiter.api.Test;

/** What goes on while something that is waited for does not come. */
class LifecycleWaitsTest extends LifecycleFixture {

    private static final String MARKER = "CLAUDECLUSTER_TEST_WATCHED";

    private final AtomicBoolean hangs = new AtomicBoolean();
    private final AtomicInteger hanging = new AtomicInteger();
    private final CountDownLatch back = new CountDownLatch(1);

    private Object call(String method, Callable<Object> real) throws Exception {
        if (hangs.get()) {
            hanging.incrementAndGet();
            back.await();
        }
        return real.call();
    }

    @Test
    void limits_are_kept_while_every_call_of_the_store_hangs() throws Exception {
        processes = 2;
        lifecycle = lifecycle(store.with(this::call), executor, 1, true);
        TaskId running = store.enqueue();
        store.enqueue();
        lifecycle.start();
        await().until(() -> executor.started.contains(running));
        hangs.set(true);
        // The jobs that wait for the store, and the renewal.
        await().until(() -> hanging.get() >= 3);

        Process tree = new ProcessBuilder("sh", "-c", "sleep 600 & sleep 600 & sleep 600 & wait").start();
        try (AutoCloseable _ = Watched.by(watchdog, new ProcessTree(MARKER, "none", tree.pid()), running)) {
            await().atMost(Duration.ofSeconds(5)).until(() -> observed.alarms.contains("too_many_processes"));
        } finally {
            tree.descendants().forEach(ProcessHandle::destroyForcibly);
            tree.destroyForcibly();
            back.countDown();
        }
    }

    @Test
    void a_start_returns_while_what_lost_runs_left_is_still_looked_for_and_nothing_is_claimed_before_that() {
        TaskId lost = store.enqueue(5, 2);
        assertThat(store.tasks.claim(EmbeddedStore.claimant("dead"), 1)).hasSize(1);
        // Asked for the first time by the recovery, of the run that the process is of.
        AtomicBoolean asked = new AtomicBoolean();
        lifecycle = lifecycle(
                store.with((method, real) -> {
                    if (method.equals("findOfAnyTenant") && !asked.getAndSet(true)) {
                        back.await();
                    }
                    return real.call();
                }),
                executor,
                1,
                true);
        executor.open = true;
        noteOf(lost, 1);

        lifecycle.start();

        await().untilTrue(asked);
        assertThat(store.find(lost).status()).isEqualTo(TaskStatus.PENDING);
        await().during(Duration.ofMillis(500)).until(() -> executor.started.isEmpty());
        back.countDown();
        awaitStatus(lost, TaskStatus.COMPLETED);
        assertThat(store.find(lost).finishedAt().orElse(Instant.EPOCH)).isAfter(Instant.EPOCH);
    }
}
