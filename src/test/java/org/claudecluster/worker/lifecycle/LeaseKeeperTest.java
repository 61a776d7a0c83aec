package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.lifecycle.RunningTasks.Running;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases of 30 s with a margin of 5 s: what was claimed or renewed is trusted for 25 s. */
class LeaseKeeperTest {

    private static final LeaseTimes TIMES =
            new LeaseTimes(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(5));
    private static final Duration ALMOST = Duration.ofSeconds(25).minusNanos(1);
    private static final Duration LITTLE = Duration.ofNanos(1);

    @TempDir
    Path directory;

    private final ManualTicker ticker = new ManualTicker();
    private final RunningTasks running = new RunningTasks(ticker, TIMES.trusted());
    private final AtomicInteger renewals = new AtomicInteger();
    private EmbeddedStore store;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_run_is_fenced_when_its_trust_is_over_and_not_before() {
        Running run = claimed();
        ticker.advance(ALMOST);
        running.fence();
        assertThat(run.stop().cause()).isEmpty();
        ticker.advance(LITTLE);
        running.fence();
        assertThat(run.stop().cause()).contains(StopCause.LEASE_LOST);
    }

    @Test
    void trust_counts_from_before_the_claim_was_sent() {
        Running run = claimedAfterWaitingFor(Duration.ofSeconds(20));
        ticker.advance(Duration.ofSeconds(5));
        running.fence();
        assertThat(run.isLost()).isTrue();
    }

    @Test
    void a_renewal_counts_from_before_it_was_sent() {
        Running run = claimed();
        ticker.advance(Duration.ofSeconds(10));
        assertThat(keeper(answeringAfter(Duration.ofSeconds(8))).renew()).isTrue();
        ticker.advance(Duration.ofSeconds(17).minus(LITTLE));
        running.fence();
        assertThat(run.isLost()).isFalse();
        ticker.advance(LITTLE);
        running.fence();
        assertThat(run.isLost()).isTrue();
    }

    @Test
    void a_renewal_that_is_granted_too_late_does_not_bring_the_trust_back() {
        Running run = claimed();
        ticker.advance(Duration.ofSeconds(20));
        keeper(answeringAfter(Duration.ofSeconds(5))).renew();
        assertThat(run.isLost()).isTrue();
    }

    @Test
    void after_a_long_stop_of_the_process_the_first_act_is_the_fence_and_nothing_is_renewed() {
        Running run = claimed();
        ticker.advance(Duration.ofSeconds(60));
        assertThat(keeper(answeringAfter(Duration.ZERO)).renew()).isTrue();
        assertThat(run.isLost()).isTrue();
        assertThat(renewals).hasValue(0);
    }

    @Test
    void a_lease_that_the_store_does_not_renew_is_lost_and_the_others_are_kept() {
        Running stolen = claimed();
        assertThat(store.update("UPDATE task SET epoch = epoch + 1")).isEqualTo(1);
        Running kept = claimed();
        ticker.advance(Duration.ofSeconds(10));
        assertThat(keeper(store.tasks).renew()).isTrue();
        assertThat(stolen.isLost()).isTrue();
        assertThat(kept.isLost()).isFalse();
    }

    @Test
    void a_store_that_does_not_answer_takes_nothing_away_before_the_trust_is_over() {
        Running run = claimed();
        TaskStore away = store.with((_, _) -> {
            throw new StoreUnavailableException("away", new IllegalStateException("test"));
        });
        ticker.advance(Duration.ofSeconds(10));
        assertThat(keeper(away).renew()).isFalse();
        assertThat(run.isLost()).isFalse();
    }

    @Test
    void a_renewal_that_hangs_does_not_hold_the_fence_up() {
        Running run = claimed();
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        TaskStore hanging = store.with((_, real) -> {
            hangs.countDown();
            released.await();
            return real.call();
        });
        LeaseKeeper keeper = new LeaseKeeper(
                new LeaseTimes(Duration.ofSeconds(30), Duration.ofMillis(10), Duration.ofSeconds(5)),
                hanging,
                running,
                ticker);
        keeper.start();
        try {
            await().until(() -> hangs.getCount() == 0);
            assertThat(run.isLost()).isFalse();
            ticker.advance(Duration.ofSeconds(25));
            await().until(run::isLost);
        } finally {
            keeper.stop();
            released.countDown();
        }
    }

    @Test
    void a_renewal_that_fails_is_tried_again_sooner() {
        claimed();
        AtomicBoolean answers = new AtomicBoolean();
        TaskStore flaky = store.with((_, real) -> {
            renewals.incrementAndGet();
            if (!answers.get()) {
                throw new IllegalStateException("a defect");
            }
            return real.call();
        });
        LeaseKeeper keeper = new LeaseKeeper(
                new LeaseTimes(Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofSeconds(5)),
                flaky,
                running,
                Ticker.SYSTEM);
        keeper.start();
        try {
            await().pollInterval(Duration.ofMillis(1)).until(() -> renewals.get() >= 4);
            answers.set(true);
        } finally {
            keeper.stop();
        }
    }

    @Test
    void a_task_that_is_claimed_again_here_has_lost_its_earlier_run() {
        Running first = claimed();
        Task again = store.find(first.lease().task());
        assertThat(store.update("UPDATE task SET status = 'pending', worker = NULL, lease_until = NULL, attempt = 0"))
                .isEqualTo(1);
        Running second = claimed();
        assertThat(first.isLost()).isTrue();
        assertThat(second.isLost()).isFalse();
        assertThat(running.find(again.id())).contains(second);
        assertThat(running.all()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void a_renewal_leaves_room_before_the_end_of_the_lease() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new LeaseTimes(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(5)));
    }

    private Running claimed() {
        return claimedAfterWaitingFor(Duration.ZERO);
    }

    private Running claimedAfterWaitingFor(Duration reply) {
        if (store.tasks.depth().pending() == 0) {
            store.enqueue(5, 2);
        }
        long sentAt = ticker.nanos();
        Task task = store.tasks.claim(EmbeddedStore.claimant("self"), 1).getFirst();
        ticker.advance(reply);
        return running.add(task, sentAt);
    }

    private LeaseKeeper keeper(TaskStore renewing) {
        return new LeaseKeeper(TIMES, renewing, running, ticker);
    }

    private TaskStore answeringAfter(Duration reply) {
        return store.with((_, real) -> {
            renewals.incrementAndGet();
            Object answer = real.call();
            ticker.advance(reply);
            return answer;
        });
    }
}
