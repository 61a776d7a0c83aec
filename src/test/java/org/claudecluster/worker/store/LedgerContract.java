package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.CostReport;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Footprint;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Spent;
import org.claudecluster.worker.task.result.SpentBefore;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.store.Attempt;
import org.claudecluster.worker.task.store.AttemptEnd;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.Park;
import org.junit.jupiter.api.Test;

/** Each claim is a row, and each row that does not run any more says how it ended and what it cost. */
abstract class LedgerContract extends StoreFixture {

    private static final CostReport REPORT = new CostReport(1_200_000, Optional.of(7_000L));
    private static final Usage USED = new Usage(1, 2, 3, Long.MAX_VALUE);
    private static final Account ACCOUNT = new Account(
            Optional.of(EventIds.before(1) + 7),
            new Ending.Exited(3),
            new Spent(Optional.of(200_000L), Optional.of(REPORT), Optional.of(USED)),
            Optional.of(new Footprint(5_000_000_000L, Duration.ofMillis(1_234), 4)));
    private static final Park PARK =
            new Park(new Parked(Reason.USAGE_LIMIT, "limit"), Instant.EPOCH, Instant.EPOCH, Optional.empty());

    private Attempt only(TaskId task) {
        assertThat(tasks.attempts(task)).hasSize(1);
        return tasks.attempts(task).getFirst();
    }

    private AttemptEnd end(TaskId task) {
        return only(task).ended().orElseThrow().how();
    }

    private static Finish finish(Account account) {
        return new Finish(
                new Outcome.Failed(Reason.API_ERROR, "why", new Ending.Exited(3)),
                Optional.empty(),
                Progress.NONE,
                account);
    }

    @Test
    void a_task_that_nobody_claimed_has_no_attempt() {
        TaskId task = enqueue("waits");
        tasks.cancel(task);

        assertThat(tasks.attempts(task)).isEmpty();
        assertThat(found(task).lastEventId()).isEqualTo(EventIds.last(0));
    }

    @Test
    void a_claim_is_a_row_that_runs() {
        Task task = claimed("hello");

        Attempt attempt = only(task.id());
        assertThat(attempt)
                .isEqualTo(new Attempt(
                        task.lease(),
                        1,
                        Optional.of("pty"),
                        task.sessionId(),
                        false,
                        task.startedAt().orElseThrow(),
                        Optional.empty()));
    }

    @Test
    void the_end_of_a_task_ends_its_attempt_with_all_that_is_known_of_it() {
        Task task = claimed("hello");

        assertThat(store.finish(task.lease(), finish(ACCOUNT))).isTrue();

        long completeId = EventIds.before(1) + 8;
        assertThat(found(task.id()).lastEventId()).isEqualTo(completeId);
        assertThat(end(task.id()))
                .isEqualTo(new AttemptEnd(
                        AttemptEnd.Kind.FAILED,
                        Optional.of("api_error"),
                        Optional.of("why"),
                        ACCOUNT.upTo(Optional.of(completeId))));
        assertThat(only(task.id()).ended().orElseThrow().at())
                .isAfterOrEqualTo(task.startedAt().orElseThrow());
    }

    @Test
    void what_nobody_told_is_unknown_and_not_nothing() {
        Task task = claimed("hello");
        store.finish(task.lease(), DONE);

        Account account = end(task.id()).account();
        assertThat(account.spent()).isEqualTo(Spent.UNKNOWN);
        assertThat(account.footprint()).isEmpty();
        assertThat(found(task.id()).lastEventId()).isEqualTo(EventIds.last(1));
    }

    @Test
    void a_parked_attempt_keeps_what_it_cost() {
        Task task = claimed("later");

        assertThat(store.park(task.lease(), PARK, ACCOUNT)).contains(TaskStatus.PENDING);

        assertThat(end(task.id()))
                .isEqualTo(new AttemptEnd(
                        AttemptEnd.Kind.PARKED, Optional.of("usage_limit"), Optional.of("limit"), ACCOUNT));
    }

    @Test
    void an_attempt_that_was_given_back_says_so_and_the_next_has_its_number() {
        Task task = claimed("back");

        store.giveBack(task.lease(), ACCOUNT);
        Task again = claimOne(OTHER);

        assertThat(tasks.attempts(task.id()))
                .extracting(
                        Attempt::number,
                        attempt -> attempt.lease().epoch(),
                        attempt -> attempt.ended().map(ended -> ended.how().kind()))
                .containsExactly(tuple(1, 1L, Optional.of(AttemptEnd.Kind.GIVEN_BACK)), tuple(1, 2L, Optional.empty()));
        assertThat(again.attempt()).isOne();
    }

    @Test
    void what_was_sent_back_and_is_not_wanted_any_more_is_cancelled_in_the_ledger_too() {
        Task task = claimed("unwanted");
        tasks.cancel(task.id());

        assertThat(store.park(task.lease(), PARK, ACCOUNT)).contains(TaskStatus.CANCELLED);

        assertThat(found(task.id()).worker()).isPresent();
        assertThat(end(task.id()).kind()).isEqualTo(AttemptEnd.Kind.CANCELLED);
        assertThat(end(task.id()).account().spent()).isEqualTo(ACCOUNT.spent());
        assertThat(end(task.id()).account().lastEventId())
                .contains(found(task.id()).lastEventId());
    }

    @Test
    void a_cancel_that_comes_in_the_middle_of_a_give_back_is_heard() throws SQLException {
        Task task = claimed("race");
        CompletableFuture<Optional<TaskStatus>> now;
        try (Connection rival = dataSource().getConnection()) {
            rival.setAutoCommit(false);
            Sql.update(
                    rival,
                    "UPDATE task SET cancel_requested_at = CURRENT_TIMESTAMP WHERE id = ?",
                    task.id().value());
            now = CompletableFuture.supplyAsync(() -> store.giveBack(task.lease()), Thread::startVirtualThread);
            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            rival.commit();
        }
        assertThat(now.orTimeout(20, TimeUnit.SECONDS).join()).contains(TaskStatus.CANCELLED);
    }

    @Test
    void a_lost_attempt_is_told_as_lost_whether_or_not_another_is_left() {
        Task last = claimed("last");
        Task again = claimed(ASpec.asking("again").maxAttempts(2));
        Task unwanted = claimed("unwanted");
        tasks.cancel(unwanted.id());
        List.of(last, again, unwanted).forEach(task -> leaseRanOut(task.id()));

        assertThat(store.reap(OTHER.id(), false)).hasSize(3);

        assertThat(end(last.id()).kind()).isEqualTo(AttemptEnd.Kind.LOST);
        assertThat(end(last.id()).account().lastEventId()).contains(EventIds.last(1));
        assertThat(found(last.id()).lastEventId()).isEqualTo(EventIds.last(1));
        assertThat(end(again.id()).kind()).isEqualTo(AttemptEnd.Kind.LOST);
        assertThat(end(again.id()).reason()).contains("worker_lost");
        assertThat(end(again.id()).account()).isEqualTo(Account.NONE);
        assertThat(end(unwanted.id()).kind()).isEqualTo(AttemptEnd.Kind.CANCELLED);
    }

    @Test
    void whoever_lost_the_lease_writes_nothing_into_the_ledger() {
        Task task = claimed("stolen");
        stolen(task.id());

        store.finish(task.lease(), finish(ACCOUNT));
        store.park(task.lease(), PARK, ACCOUNT);
        store.giveBack(task.lease(), ACCOUNT);

        sql("UPDATE task SET epoch = epoch - 1 WHERE id = ?", task.id());
        assertThat(only(task.id()).ended()).isEmpty();
    }

    @Test
    void what_a_version_before_the_ledger_claimed_is_finished_all_the_same() {
        Task task = claimed("old");
        sql("DELETE FROM attempt");

        assertThat(store.finish(task.lease(), finish(ACCOUNT))).isTrue();

        assertThat(tasks.attempts(task.id())).isEmpty();
        assertThat(status(task.id())).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void what_a_version_before_the_ledger_took_from_a_lost_worker_is_lost_here_too() {
        Task task = claimed("old");
        sql(
                "UPDATE task SET status = 'pending', worker = NULL, lease_until = NULL, started_at = NULL WHERE id = ?",
                task.id());

        assertThat(end(task.id()).kind()).isEqualTo(AttemptEnd.Kind.LOST);
    }

    @Test
    void a_task_takes_its_attempts_with_it() {
        Task deleted = finished("deleted");
        Task purged = finished("purged");
        sql("UPDATE task SET finished_at = finished_at - INTERVAL '1' DAY WHERE id = ?", purged.id());

        tasks.delete(deleted.id());
        store.purge(Duration.ofHours(1), 10);

        assertThat(sql("DELETE FROM attempt")).isZero();
    }

    @Test
    void a_first_run_in_a_session_of_its_own_has_nothing_before_it() {
        assertThat(store.spentBefore(claimed("first"))).isEqualTo(SpentBefore.NOTHING);
    }

    @Test
    void before_a_repeated_run_stands_what_the_others_spent() {
        Task task = claimed("again");
        store.park(task.lease(), PARK, ACCOUNT);
        Task again = claimOne(
                new Claimant(ME.id(), ME.names(), "pty", Optional.empty(), _ -> true, ME.lease(), ME.affinityWait()));

        assertThat(again.resumed()).isTrue();
        assertThat(store.spentBefore(again)).isEqualTo(new SpentBefore(Optional.of(REPORT), USED, 200_000, USED));
    }

    @Test
    void before_a_follow_up_stands_what_the_session_was_told_to_have_cost() {
        Task first = claimed("first");
        store.finish(first.lease(), finish(ACCOUNT));

        Task next = claimed(following(first));

        assertThat(store.spentBefore(next)).isEqualTo(new SpentBefore(Optional.of(REPORT), USED, 0, Usage.NONE));
    }

    @Test
    void a_report_of_nothing_says_nothing_of_the_session() {
        Task first = claimed("first");
        store.finish(first.lease(), finish(ACCOUNT));
        Task failed = claimed(following(first));
        Spent nothing =
                new Spent(Optional.of(0L), Optional.of(new CostReport(0, Optional.empty())), Optional.of(Usage.NONE));
        store.finish(
                failed.lease(), finish(new Account(Optional.empty(), new Ending.Exited(1), nothing, Optional.empty())));

        assertThat(store.spentBefore(claimed(following(first))).session()).contains(REPORT);
    }

    @Test
    void the_result_of_a_task_from_before_the_ledger_tells_what_its_session_had_cost() {
        Task first = claimed("first");
        TaskResult result = new TaskResult(
                Optional.empty(), Optional.empty(), 1, new BigDecimal("1.25"), Usage.NONE, "[]", Optional.empty());
        store.finish(first.lease(), new Finish(DONE.outcome(), Optional.of(result), Progress.NONE));
        sql("DELETE FROM attempt");

        assertThat(store.spentBefore(claimed(following(first))).session())
                .contains(new CostReport(1_250_000, Optional.empty()));
    }

    private static ASpec following(Task before) {
        return ASpec.asking("next")
                .continuing(new Continuation(before.id(), before.id()))
                .claude(ClaudeOptions.NONE.resuming(
                        UUID.fromString(before.sessionId().orElseThrow())));
    }

    @Test
    void a_version_before_the_ledger_reads_a_reason_that_it_knows() {
        Task task = claimed("refused");
        store.finish(
                task.lease(),
                new Finish(
                        new Outcome.Failed(Reason.REFUSED, "no", new Ending.Exited(0)),
                        Optional.empty(),
                        Progress.NONE));

        assertThat(sql("UPDATE task SET turns = 1 WHERE reason = 'api_error' AND exact_reason = 'refused'"))
                .isOne();
        assertThat(end(task.id()).reason()).contains("refused");
    }

    @Test
    void a_reason_of_a_later_version_is_read_as_the_nearest_that_is_known() {
        Task task = claimed("later");
        store.finish(task.lease(), finish(ACCOUNT));
        sql("UPDATE task SET exact_reason = 'struck_by_lightning'");
        sql("UPDATE attempt SET reason = 'struck_by_lightning'");

        assertThat(found(task.id()).outcome().orElseThrow().reason()).contains(Reason.API_ERROR);
        assertThat(end(task.id()).reason()).contains("struck_by_lightning");
    }

    @Test
    void a_worker_s_leases_are_all_that_it_runs() {
        Task mine = claimed("mine");
        Task ended = claimed("ended");
        store.finish(ended.lease(), DONE);
        enqueue("other's");
        claimOne(OTHER);

        assertThat(store.held(ME.id())).containsExactly(mine.lease());
    }
}
