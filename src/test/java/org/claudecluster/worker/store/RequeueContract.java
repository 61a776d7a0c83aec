package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Backoff;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Retry;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.AttemptEnd;
import org.claudecluster.worker.task.store.CancelAnswer;
import org.claudecluster.worker.task.store.CredentialPause;
import org.claudecluster.worker.task.store.Park;
import org.claudecluster.worker.task.store.Requeue;
import org.junit.jupiter.api.Test;

/** Going back to wait: for another attempt, or for a reset; and credentials for which nobody claims. */
abstract class RequeueContract extends StoreFixture {

    private final Instant later = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.MILLIS);
    private final Requeue overloaded = new Requeue(new Parked(Reason.OVERLOADED, "529"), later);
    private static final String KEY = "0123456789abcdef";

    @Test
    void a_retried_task_waits_for_its_time_and_its_attempt_counts() {
        Task first = claimed(ASpec.asking("again").maxAttempts(2));

        assertThat(store.requeue(first.lease(), overloaded, Account.NONE)).isPresent();

        Task waiting = found(first.id());
        assertThat(waiting.status()).isEqualTo(TaskStatus.PENDING);
        assertThat(waiting.attempt()).isEqualTo(1);
        assertThat(waiting.parked()).contains(overloaded.why());
        assertThat(waiting.spec().notBefore()).contains(later);
        assertThat(waiting.sessionId()).isEqualTo(first.sessionId());
        assertThat(store.claim(ME, 9)).isEmpty();
        assertThat(tasks.attempts(first.id())
                        .getFirst()
                        .ended()
                        .orElseThrow()
                        .how()
                        .kind())
                .isEqualTo(AttemptEnd.Kind.RETRIED);

        due(first.id());
        Task second = claimOne(OTHER);
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(second.parked()).isEmpty();
        assertThat(found(first.id())).isEqualTo(second);
    }

    @Test
    void a_reason_that_the_version_before_does_not_know_is_stored_beside_one_that_it_knows() throws SQLException {
        Task task = claimed(ASpec.asking("again").maxAttempts(2));
        store.requeue(task.lease(), new Requeue(new Parked(Reason.INCOMPLETE, "cut off"), later), Account.NONE);

        assertThat(found(task.id()).parked()).contains(new Parked(Reason.INCOMPLETE, "cut off"));
        try (Connection connection = dataSource().getConnection()) {
            assertThat(Sql.query(connection, "SELECT park_reason FROM task", row -> row.getString(1)))
                    .containsExactly("exit_nonzero");
        }
    }

    @Test
    void when_the_version_before_makes_the_next_attempt_its_end_has_no_reason_of_the_last() {
        Task task = claimed(ASpec.asking("again").maxAttempts(2));
        store.requeue(task.lease(), new Requeue(new Parked(Reason.INCOMPLETE, "cut off"), later), Account.NONE);
        sql("""
                UPDATE task SET status = 'running', worker = 'old-1', epoch = epoch + 1, attempt = attempt + 1,
                                started_at = CURRENT_TIMESTAMP, park_reason = NULL, park_message = NULL,
                                lease_until = CURRENT_TIMESTAMP + INTERVAL '30' SECOND
                 WHERE id = ?
                """, task.id());
        assertThat(found(task.id()).parked()).isEmpty();

        sql("""
                UPDATE task SET status = 'completed', finished_at = CURRENT_TIMESTAMP, lease_until = NULL, exit_code = 0
                 WHERE id = ?
                """, task.id());

        assertThat(found(task.id()).outcome().orElseThrow().reason()).isEmpty();
    }

    @Test
    void without_an_attempt_left_nothing_is_written() {
        Lease lease = claimed("once").lease();
        Task before = found(lease.task());

        assertThat(store.requeue(lease, overloaded, Account.NONE)).isEmpty();
        assertThat(found(lease.task())).isEqualTo(before);
    }

    @Test
    void a_lost_lease_retries_nothing() {
        Lease lease = claimed(ASpec.asking("again").maxAttempts(2)).lease();
        stolen(lease.task());
        Task before = found(lease.task());

        assertThat(store.requeue(lease, overloaded, Account.NONE)).isEmpty();
        assertThat(found(lease.task())).isEqualTo(before);
    }

    @Test
    void a_task_whose_cancel_was_asked_for_is_cancelled_instead_of_tried_again() {
        Lease lease = claimed(ASpec.asking("again").maxAttempts(2)).lease();
        tasks.cancel(lease.task());

        assertThat(store.requeue(lease, overloaded, Account.NONE)).isPresent();
        assertThat(status(lease.task())).isEqualTo(TaskStatus.CANCELLED);
    }

    @Test
    void a_cancel_during_the_wait_ends_the_task() {
        Lease lease = claimed(ASpec.asking("again").maxAttempts(2)).lease();
        store.requeue(lease, new Requeue(new Parked(Reason.INCOMPLETE, "cut off"), later), Account.NONE);

        assertThat(tasks.cancel(lease.task())).isEqualTo(CancelAnswer.CANCELLED);
        assertThat(found(lease.task()).outcome().orElseThrow().reason()).contains(Reason.CANCELLED);
    }

    @Test
    void parks_are_counted_over_claims_and_told_since_the_first() {
        TaskId id = claimed("limited").id();
        park(id, 1);
        Instant since = found(id).parks().since().orElseThrow();
        due(id);
        park(claimOne(ME).id(), 2);

        assertThat(found(id).parks().inARow()).isEqualTo(2);
        assertThat(found(id).parks().since()).contains(since);
        assertThat(found(id).attempt()).isZero();
    }

    @Test
    void a_lost_worker_is_not_made_up_for_where_the_retry_does_not_name_it() {
        Retry retry = new Retry(Set.of(Reason.OVERLOADED), Backoff.DEFAULT);
        TaskId id = claimed(ASpec.asking("no").maxAttempts(3).retry(retry)).id();
        leaseRanOut(id);

        store.reap(OTHER.id(), false);

        assertThat(status(id)).isEqualTo(TaskStatus.FAILED);
        assertThat(found(id).outcome().orElseThrow().reason()).contains(Reason.WORKER_LOST);
    }

    @Test
    void nobody_claims_for_a_paused_credential_until_it_is_resumed() {
        enqueue("waits");
        store.pause(KEY, Reason.BILLING, Duration.ofMinutes(10));

        assertThat(store.claim(using(KEY), 1)).isEmpty();
        assertThat(store.paused(KEY)).contains(new CredentialPause(Reason.BILLING));
        store.resume(KEY);

        assertThat(store.paused(KEY)).isEmpty();
        assertThat(store.claim(using(KEY), 1)).hasSize(1);
    }

    @Test
    void of_all_who_want_to_try_a_paused_credential_again_one_may_when_it_is_time() {
        store.pause(KEY, Reason.BILLING, Duration.ofMinutes(10));
        assertThat(store.tryAgain(KEY, Duration.ofMinutes(1))).isFalse();
        sql("UPDATE credential_pause SET paused_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND");

        assertThat(List.of(store.tryAgain(KEY, Duration.ofMinutes(1)), store.tryAgain(KEY, Duration.ofMinutes(1))))
                .containsExactly(true, false);
        assertThat(store.paused(KEY)).isPresent();
    }

    @Test
    void the_one_who_tries_claims_in_spite_of_the_pause() {
        enqueue("tries");
        store.pause(KEY, Reason.BILLING, Duration.ofMinutes(10));

        assertThat(store.claim(using(KEY).inSpiteOfPause(), 1)).hasSize(1);
    }

    @Test
    void a_shorter_pause_does_not_cut_a_longer_one() {
        enqueue("waits");
        store.pause(KEY, Reason.USAGE_LIMIT, later);
        store.pause(KEY, Reason.BILLING, Duration.ofSeconds(0));

        assertThat(store.claim(using(KEY), 1)).isEmpty();
    }

    private void park(TaskId id, int inARow) {
        Park park = new Park(new Parked(Reason.USAGE_LIMIT, "limit"), later, later, Optional.empty(), inARow);
        assertThat(store.park(found(id).lease(), park, Account.NONE)).isPresent();
    }

    /** As if its time had come. */
    private void due(TaskId id) {
        sql(
                "UPDATE task SET not_before = CURRENT_TIMESTAMP - INTERVAL '1' SECOND, open_at = created_at, turn_at = created_at WHERE id = ?",
                id);
    }

    private static Claimant using(String credential) {
        return new Claimant(
                ME.id(), ME.names(), "pty", Optional.of(credential), ME.sessions(), ME.lease(), ME.affinityWait());
    }
}
