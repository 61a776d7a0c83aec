package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.CostReport;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Spent;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.task.store.Attempt;
import org.claudecluster.worker.task.store.AttemptEnd;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskStore;
import org.junit.jupiter.api.Test;

/** What attempts cost, and each end counted once. */
class LifecycleLedgerTest extends LifecycleFixture {

    private static final String CANCELLED = "cancelled cancelled";

    private static TaskResult costing(String usd, long tokens) {
        BigDecimal told = new BigDecimal(usd);
        return new TaskResult(
                Optional.empty(),
                Optional.empty(),
                1,
                told,
                new Usage(tokens, 0, 0, 0),
                "[]",
                Optional.empty(),
                CostReport.micros(told).map(micros -> new CostReport(micros, Optional.empty())));
    }

    private static Verdict limited(TaskResult result) {
        return new Verdict(
                new Outcome.Failed(Reason.USAGE_LIMIT, "a limit", new Ending.Exited(1)),
                Optional.of(result),
                Optional.of(Instant.now().plusSeconds(3_600)));
    }

    private static Verdict done(TaskResult result) {
        return new Verdict(new Outcome.Completed(new Ending.Exited(0), Optional.empty()), Optional.of(result));
    }

    private List<Optional<Long>> counted() {
        return observed.spent.stream().map(Spent::micros).toList();
    }

    private List<AttemptEnd> ends(TaskId task) {
        return store.own.attempts(task).stream()
                .map(Attempt::ended)
                .map(ended -> ended.orElseThrow().how())
                .toList();
    }

    @Test
    void what_a_parked_attempt_cost_is_counted_and_is_part_of_what_the_task_cost() {
        executor.verdict = limited(costing("0.50", 10));
        executor.open = true;
        TaskId task = store.enqueue();
        lifecycle.start();
        await().until(() -> observed.parked.size() == 1);
        executor.verdict = done(costing("0.20", 5));
        assertThat(store.update("UPDATE task SET not_before = NULL, open_at = created_at, turn_at = created_at"))
                .isOne();

        awaitStatus(task, TaskStatus.COMPLETED);

        await().until(() -> counted().equals(List.of(Optional.of(500_000L), Optional.of(200_000L))));
        TaskResult result = store.find(task).result().orElseThrow();
        assertThat(result.costUsd()).isEqualByComparingTo("0.70");
        assertThat(result.usage()).isEqualTo(new Usage(15, 0, 0, 0));
        assertThat(ends(task)).extracting(end -> end.account().spent()).containsExactlyElementsOf(observed.spent);
    }

    @Test
    void the_complete_event_comes_behind_the_last_record_and_a_parked_attempt_ends_with_its_own() {
        executor.verdict = limited(costing("0", 0));
        executor.open = true;
        TaskId task = store.enqueue();
        lifecycle.start();
        await().until(() -> observed.parked.size() == 1);
        executor.verdict = done(costing("0", 0));
        assertThat(store.update("UPDATE task SET not_before = NULL, open_at = created_at, turn_at = created_at"))
                .isOne();

        awaitStatus(task, TaskStatus.COMPLETED);

        // The first says that it runs and that it waits again, the second only that it runs.
        assertThat(ends(task))
                .extracting(end -> end.account().lastEventId())
                .containsExactly(Optional.of(EventIds.before(1) + 2), Optional.of(EventIds.before(2) + 2));
        assertThat(store.find(task).lastEventId()).isEqualTo(EventIds.before(2) + 2);
    }

    @Test
    void what_the_reaper_ends_is_counted_and_what_waits_again_is_not() {
        store.enqueue(5, 1);
        TaskId again = store.enqueue(5, 2);
        store.tasks.claim(EmbeddedStore.claimant("dead"), 2);
        executor.open = true;

        lifecycle.start();
        awaitStatus(again, TaskStatus.COMPLETED);

        assertThat(observed.ended).containsExactly("failed worker_lost");
        await().until(() -> observed.finished.get() == 1);
    }

    @Test
    void a_task_that_is_cancelled_while_it_waits_is_counted() {
        TaskId task = store.enqueue();
        store.own.cancel(task);

        lifecycle.finalised(task);

        assertThat(observed.ended).containsExactly(CANCELLED);
    }

    @Test
    void a_task_that_should_be_parked_but_is_not_wanted_any_more_is_counted_as_cancelled() {
        TaskId task = store.enqueue();
        TaskStore cancelling = store.with((method, real) -> {
            if (method.equals("park")) {
                store.own.cancel(task);
            }
            return real.call();
        });
        executor.verdict = limited(costing("0.50", 10));
        executor.open = true;
        lifecycle = lifecycle(cancelling, executor, 1, true);

        lifecycle.start();
        await().until(() -> observed.ended.equals(List.of(CANCELLED)));

        assertThat(store.find(task).status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(observed.parked).isEmpty();
        assertThat(counted()).containsExactly(Optional.of(500_000L));
    }

    @Test
    void what_a_claim_took_whose_reply_was_lost_goes_back_although_the_worker_stops() {
        AtomicBoolean claimed = new AtomicBoolean();
        TaskStore troubled = store.with((method, real) -> {
            Object answer = real.call();
            if (method.equals("claim")) {
                claimed.set(true);
                await().until(lifecycle::draining);
                throw new StoreUnavailableException("away", new IllegalStateException("test"));
            }
            return answer;
        });
        TaskId task = store.enqueue();
        lifecycle = lifecycle(troubled, executor, 1, true);
        lifecycle.start();
        await().untilTrue(claimed);

        lifecycle.stop();

        assertThat(store.find(task).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(ends(task)).extracting(AttemptEnd::kind).contains(AttemptEnd.Kind.GIVEN_BACK);
    }

    @Test
    void a_run_whose_past_can_t_be_looked_up_does_not_begin() {
        AtomicBoolean away = new AtomicBoolean(true);
        TaskStore troubled = store.with((method, real) -> {
            if (method.equals("spentBefore") && away.getAndSet(false)) {
                throw new StoreUnavailableException("away", new IllegalStateException("test"));
            }
            return real.call();
        });
        TaskId task = store.enqueue(5, 2);
        store.tasks.claim(EmbeddedStore.claimant("dead"), 1);
        executor.open = true;
        lifecycle = lifecycle(troubled, executor, 1, true);

        lifecycle.start();
        awaitStatus(task, TaskStatus.COMPLETED);

        assertThat(ends(task))
                .extracting(AttemptEnd::kind)
                .containsExactly(AttemptEnd.Kind.LOST, AttemptEnd.Kind.GIVEN_BACK, AttemptEnd.Kind.COMPLETED);
        assertThat(executor.started).hasSize(1);
    }
}
