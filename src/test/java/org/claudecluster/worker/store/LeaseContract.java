package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.store.database.Reserve;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Park;
import org.junit.jupiter.api.Test;

/** Who may write to a running task, and what becomes of one that nobody holds any more. */
abstract class LeaseContract extends StoreFixture {

    @Test
    void the_holder_may_renew_and_finish() {
        Lease lease = claimed("hello").lease();

        assertThat(store.renew(ME.lease(), List.of(lease))).containsExactly(lease);
        assertThat(store.finish(lease, DONE)).isTrue();
    }

    @Test
    void a_renewal_does_not_wait_behind_another_write() throws Exception {
        Lease lease = claimed("kept").lease();
        TaskId blocked = enqueue("blocked");
        try (Connection other = dataSource().getConnection()) {
            other.setAutoCommit(false);
            Sql.update(other, "UPDATE task SET priority = 1 WHERE id = ?", blocked.value());
            Thread writer = Thread.ofPlatform().start(() -> tasks.cancel(blocked));
            await().until(() -> writer.getState() == Thread.State.WAITING);

            assertThat(store.renew(ME.lease(), List.of(lease))).containsExactly(lease);
            assertThat(writer.isAlive()).isTrue();

            other.rollback();
            writer.join();
        }
        assertThat(status(blocked)).isEqualTo(TaskStatus.CANCELLED);
    }

    @Test
    void a_renewal_does_not_wait_for_readers_that_hold_every_connection_of_the_pool() throws Exception {
        Lease lease = claimed("kept").lease();
        AgroalDataSource pool = (AgroalDataSource) dataSource();
        try (AgroalDataSource reserve = Reserve.beside(pool);
                JdbcTaskStore reserved =
                        new JdbcTaskStore(new Database(pool, reserve, isShared(), () -> {}), Duration.ZERO)) {
            List<Connection> held = Stream.generate(this::connection)
                    .limit(pool.getConfiguration().connectionPoolConfiguration().maxSize())
                    .toList();

            assertThat(reserved.renew(ME.lease(), List.of(lease))).containsExactly(lease);

            held.forEach(StoreFixture::giveBack);
        }
    }

    @Test
    void a_claim_stores_what_will_run_the_task_and_in_which_session() {
        Task task = claimed("hello");

        assertThat(task.executorType()).contains("pty");
        assertThat(task.sessionId()).isPresent();
        assertThat(found(task.id())).isEqualTo(task);
    }

    @Test
    void a_stolen_lease_can_do_nothing() {
        Lease lease = claimed("hello").lease();
        stolen(lease.task());
        Task before = found(lease.task());

        assertRefused(lease);
        assertThat(found(lease.task())).isEqualTo(before);
    }

    @Test
    void another_holder_can_do_nothing() {
        Lease lease = claimed("hello").lease();
        Task before = found(lease.task());

        assertRefused(new Lease(lease.task(), OTHER.id(), lease.epoch()));
        assertThat(found(lease.task())).isEqualTo(before);
    }

    @Test
    void the_lease_of_an_unknown_task_can_do_nothing() {
        assertRefused(new Lease(TaskId.create(Instant.now()), ME.id(), 1));
    }

    @Test
    void a_lease_ends_with_its_task() {
        Lease lease = claimed("hello").lease();
        store.finish(lease, DONE);
        Task before = found(lease.task());

        assertRefused(lease);
        assertThat(found(lease.task())).isEqualTo(before);
    }

    @Test
    void the_lease_of_an_attempt_before_can_do_nothing() {
        Lease first = claimed(ASpec.asking("twice").maxAttempts(2)).lease();
        leaseRanOut(first.task());
        store.reap(OTHER.id(), false);
        assertRefused(first);

        Lease second = claimOne(ME).lease();

        assertRefused(first);
        assertThat(second.epoch()).isEqualTo(2);
        assertThat(store.finish(second, DONE)).isTrue();
    }

    @Test
    void a_renewal_says_which_leases_are_still_held() {
        Lease held = claimed("held").lease();
        Lease lost = claimed("lost").lease();
        stolen(lost.task());

        assertThat(store.renew(ME.lease(), Set.of(held, lost))).containsExactly(held);
        assertThat(store.renew(ME.lease(), List.of())).isEmpty();
    }

    @Test
    void a_lease_that_ran_out_and_was_not_reaped_can_be_renewed() {
        Lease lease = claimed("late").lease();
        leaseRanOut(lease.task());

        assertThat(store.renew(ME.lease(), List.of(lease))).containsExactly(lease);
        assertThat(store.reap(OTHER.id(), false)).isEmpty();
    }

    @Test
    void a_held_task_is_not_reaped() {
        Lease lease = claimed("held").lease();

        assertThat(store.reap(OTHER.id(), false)).isEmpty();
        assertThat(status(lease.task())).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void a_lost_task_with_no_attempt_left_fails() {
        Lease lease = claimed("lost").lease();
        leaseRanOut(lease.task());

        List<Task> reaped = store.reap(OTHER.id(), false);

        Task task = found(lease.task());
        assertThat(reaped).containsExactly(task);
        assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(task.outcome().orElseThrow().reason()).contains(Reason.WORKER_LOST);
        assertThat(task.outcome().orElseThrow().ending()).isEqualTo(new Ending.NotStarted());
        assertThat(task.outcome().orElseThrow().message().orElseThrow()).contains("gone");
        assertThat(task.finishedAt()).isPresent();
        assertThat(task.worker()).contains(ME.id());
        assertThat(task.sessionId()).isPresent();
    }

    @Test
    void a_lost_task_with_an_attempt_left_waits_as_if_it_had_never_run_but_for_its_session() {
        Task fresh = created(store.enqueue(newTask(ASpec.asking("again").maxAttempts(2))));
        Lease lease = claimOne(ME).lease();
        sql("UPDATE task SET output_bytes = 7, last_output_at = CURRENT_TIMESTAMP, turns = 3");
        leaseRanOut(lease.task());

        List<Task> reaped = store.reap(OTHER.id(), false);

        Task task = found(lease.task());
        assertThat(reaped).containsExactly(task);
        assertThat(task)
                .usingRecursiveComparison()
                .ignoringFields("attempt", "epoch", "sessionId")
                .isEqualTo(fresh);
        assertThat(task.sessionId()).isPresent();
        assertThat(task.attempt()).isEqualTo(1);
        assertThat(task.progress()).isEqualTo(Progress.NONE);
    }

    @Test
    void a_lost_task_whose_cancel_was_asked_for_is_cancelled() {
        Lease lease = claimed(ASpec.asking("unwanted").maxAttempts(2)).lease();
        tasks.cancel(lease.task());
        leaseRanOut(lease.task());

        List<Task> reaped = store.reap(OTHER.id(), false);

        Task task = found(lease.task());
        assertThat(reaped).containsExactly(task);
        assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(task.outcome()).contains(new Outcome.Cancelled(new Ending.NotStarted()));
        assertThat(task.finishedAt()).isPresent();
    }

    @Test
    void the_last_one_alive_reaps_what_the_others_held_at_once() {
        TaskId mine = claimed("mine").id();
        enqueue("theirs");
        TaskId theirs = claimOne(OTHER).id();

        List<Task> reaped = store.reap(ME.id(), true);

        assertThat(reaped).extracting(Task::id).containsExactly(theirs);
        assertThat(status(mine)).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void a_lost_task_is_reaped_once() {
        Lease lease = claimed("lost").lease();
        leaseRanOut(lease.task());

        assertThat(store.reap(OTHER.id(), false)).hasSize(1);
        assertThat(store.reap(OTHER.id(), true)).isEmpty();
    }

    @Test
    void the_next_attempt_goes_on_with_the_session_where_its_files_are() {
        Task first = claimed(ASpec.asking("again").maxAttempts(3));
        leaseRanOut(first.id());
        store.reap(OTHER.id(), false);

        Task here = claimOne(withSessions(
                session -> session.toString().equals(first.sessionId().orElseThrow())));

        assertThat(here.sessionId()).isEqualTo(first.sessionId());
        assertThat(here.resumed()).isTrue();
        assertThat(found(first.id())).isEqualTo(here);
    }

    @Test
    void the_next_attempt_begins_a_session_where_the_files_are_not() {
        Task first = claimed(ASpec.asking("again").maxAttempts(3));
        leaseRanOut(first.id());
        store.reap(OTHER.id(), false);

        Task elsewhere = claimOne(OTHER);

        assertThat(elsewhere.sessionId()).isPresent().isNotEqualTo(first.sessionId());
        assertThat(elsewhere.resumed()).isFalse();
    }

    @Test
    void what_is_given_back_waits_as_if_it_had_not_been_claimed() {
        Task task = claimed("give me back");

        assertThat(store.giveBack(task.lease())).contains(TaskStatus.PENDING);

        Task waiting = found(task.id());
        assertThat(waiting.status()).isEqualTo(TaskStatus.PENDING);
        assertThat(waiting.attempt()).isZero();
        assertThat(waiting.worker()).isEmpty();
        assertThat(waiting.startedAt()).isEmpty();
        assertThat(store.giveBack(task.lease())).isEmpty();
        assertThat(claimOne(OTHER).epoch()).isEqualTo(2);
    }

    @Test
    void what_is_given_back_after_its_cancel_was_asked_for_is_cancelled() {
        Task task = claimed("unwanted");
        tasks.cancel(task.id());

        assertThat(store.giveBack(task.lease())).contains(TaskStatus.CANCELLED);

        assertThat(found(task.id()).outcome()).contains(new Outcome.Cancelled(new Ending.NotStarted()));
    }

    @Test
    void a_parked_task_waits_for_the_reset_and_says_why() {
        Task task = claimed("later");
        Instant reset = Instant.now().plusSeconds(3_600).truncatedTo(ChronoUnit.MILLIS);
        Parked why = new Parked(Reason.USAGE_LIMIT, "You've hit your session limit");

        assertThat(store.park(task.lease(), new Park(why, reset, reset.plusSeconds(7), Optional.empty()), Account.NONE))
                .contains(TaskStatus.PENDING);

        Task parked = found(task.id());
        assertThat(parked.status()).isEqualTo(TaskStatus.PENDING);
        assertThat(parked.attempt()).isZero();
        assertThat(parked.parked()).contains(why);
        assertThat(parked.spec().notBefore()).contains(reset.plusSeconds(7));
        assertThat(store.claim(ME, 1)).isEmpty();
    }

    @Test
    void a_task_that_was_parked_says_so_no_more_when_it_runs_again() {
        Task task = claimed("later");
        Instant past = Instant.now().minusSeconds(5);
        store.park(
                task.lease(),
                new Park(new Parked(Reason.RATE_LIMITED, "slow down"), past, past, Optional.of("a")),
                Account.NONE);

        Task again = claimOne(withCredential("a"));

        assertThat(again.parked()).isEmpty();
        assertThat(again.attempt()).isEqualTo(1);
        assertThat(found(task.id())).isEqualTo(again);
    }

    @Test
    void nobody_claims_for_a_credential_until_its_limit_resets() {
        Task task = claimed("first");
        enqueue("second");
        Instant reset = Instant.now().plusSeconds(3_600);
        Parked why = new Parked(Reason.USAGE_LIMIT, "limit");
        store.park(task.lease(), new Park(why, reset, reset, Optional.of("ours")), Account.NONE);

        assertThat(store.claim(withCredential("ours"), 1)).isEmpty();
        assertThat(store.claim(withCredential("another"), 1)).hasSize(1);
    }

    @Test
    void the_later_of_two_resets_counts() {
        Instant reset = Instant.now().plusSeconds(3_600);
        Instant past = Instant.now().minusSeconds(5);
        Parked why = new Parked(Reason.USAGE_LIMIT, "limit");
        Task one = claimed("one");
        Task two = claimed("two");
        enqueue("three");
        store.park(one.lease(), new Park(why, reset, reset, Optional.of("ours")), Account.NONE);
        store.park(two.lease(), new Park(why, past, past, Optional.of("ours")), Account.NONE);

        assertThat(store.claim(withCredential("ours"), 5)).isEmpty();
    }

    private static Claimant withCredential(String credential) {
        return new Claimant(
                ME.id(), ME.names(), "pty", Optional.of(credential), Sessions.NONE, ME.lease(), ME.affinityWait());
    }

    private static Claimant withSessions(Sessions sessions) {
        return new Claimant(ME.id(), ME.names(), "pty", Optional.empty(), sessions, ME.lease(), ME.affinityWait());
    }

    private void assertRefused(Lease lease) {
        assertThat(store.giveBack(lease)).isEmpty();
        Park park = new Park(new Parked(Reason.USAGE_LIMIT, ""), Instant.EPOCH, Instant.EPOCH, Optional.empty());
        assertThat(store.park(lease, park, Account.NONE)).isEmpty();
        assertThat(store.renew(ME.lease(), List.of(lease))).isEmpty();
        assertThat(store.finish(lease, DONE)).isFalse();
    }
}
