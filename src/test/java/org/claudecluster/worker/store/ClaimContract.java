package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.junit.jupiter.api.Test;

/** Who gets which task, and when. */
abstract class ClaimContract extends StoreFixture {

    @Test
    void the_most_urgent_task_comes_first_and_then_the_oldest() {
        enqueue(ASpec.asking("low").priority(1));
        enqueue(ASpec.asking("normal, older"));
        enqueue(ASpec.asking("urgent, older").priority(10));
        enqueue(ASpec.asking("normal, younger"));
        enqueue(ASpec.asking("urgent, younger").priority(10));

        assertThat(claimPrompts(ME, 2)).containsExactly("urgent, older", "urgent, younger");
        assertThat(claimPrompts(ME, 9)).containsExactly("normal, older", "normal, younger", "low");
        assertThat(claimPrompts(ME, 9)).isEmpty();
    }

    @Test
    void a_rejection_that_is_no_row_s_fault_fails_no_task() {
        TaskId id = enqueue("waits");
        sql("ALTER TABLE attempt RENAME COLUMN resumed TO renamed");
        try {
            assertThatThrownBy(() -> store.claim(ME, 1)).isInstanceOf(StoreRejectedException.class);
        } finally {
            sql("ALTER TABLE attempt RENAME COLUMN renamed TO resumed");
        }

        assertThat(claimOne(ME).id()).isEqualTo(id);
    }

    @Test
    void no_slot_claims_nothing() {
        TaskId id = enqueue("waits");

        assertThat(store.claim(ME, 0)).isEmpty();
        assertThat(status(id)).isEqualTo(TaskStatus.PENDING);
    }

    @Test
    void a_claim_counts_the_attempt_and_gives_a_new_lease() {
        enqueue(ASpec.asking("hello").maxAttempts(2));

        Task task = claimOne(ME);

        assertThat(task.status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(task.attempt()).isEqualTo(1);
        assertThat(task.epoch()).isEqualTo(1);
        assertThat(task.worker()).contains(ME.id());
        assertThat(task.startedAt()).isPresent();
        assertThat(task.lease().task()).isEqualTo(task.id());
    }

    @Test
    void a_claim_answers_what_it_wrote() {
        enqueue(ASpec.asking("ünïcode").maxAttempts(3).priority(7));

        Task task = claimOne(ME);

        assertThat(found(task.id())).isEqualTo(task);
    }

    @Test
    void a_task_waits_for_its_time() {
        enqueue(ASpec.asking("later")
                .notBefore(Instant.now().plusSeconds(3_600))
                .priority(10));
        enqueue(ASpec.asking("ripe").notBefore(Instant.now().minusSeconds(1)));
        enqueue(ASpec.asking("now"));

        assertThat(claimPrompts(ME, 9)).containsExactly("ripe", "now");
    }

    @Test
    void a_task_waits_while_the_worker_it_prefers_is_alive() {
        announce(OTHER, false);
        enqueue(ASpec.asking("by id").preferring("other-1"));
        enqueue(ASpec.asking("by name").preferring("other"));

        assertThat(claimPrompts(ME, 9)).isEmpty();
        assertThat(claimPrompts(OTHER, 9)).containsExactly("by id", "by name");
    }

    @Test
    void a_preferred_worker_needs_no_announcement_to_claim() {
        enqueue(ASpec.asking("mine").requiring("me"));

        assertThat(claimPrompts(ME, 9)).containsExactly("mine");
    }

    @Test
    void a_preference_gives_way_after_the_affinity_wait() {
        announce(OTHER, false);
        TaskId id = enqueue(ASpec.asking("waits").preferring("other"));
        waitedFor(id, 29);
        assertThat(claimPrompts(ME, 9)).isEmpty();

        waitedFor(id, 2);

        assertThat(claimPrompts(ME, 9)).containsExactly("waits");
    }

    @Test
    void the_affinity_wait_begins_when_the_task_may_run() {
        announce(OTHER, false);
        TaskId id = enqueue(ASpec.asking("parked")
                .preferring("other")
                .notBefore(Instant.now().minusSeconds(5)));
        waitedFor(id, 3_600);

        assertThat(claimPrompts(ME, 9)).isEmpty();
    }

    @Test
    void a_preference_for_an_unknown_worker_is_no_reason_to_wait() {
        announce(OTHER, false);
        enqueue(ASpec.asking("anyone").preferring("nobody"));

        assertThat(claimPrompts(ME, 9)).containsExactly("anyone");
    }

    @Test
    void a_preference_for_a_draining_worker_is_no_reason_to_wait() {
        announce(OTHER, false);
        announce(OTHER, true);
        enqueue(ASpec.asking("anyone").preferring("other"));

        assertThat(claimPrompts(ME, 9)).containsExactly("anyone");
    }

    @Test
    void a_preference_for_a_silent_worker_is_no_reason_to_wait() {
        announce(OTHER, false);
        sql("UPDATE worker SET last_seen = CURRENT_TIMESTAMP - INTERVAL '31' SECOND");
        enqueue(ASpec.asking("anyone").preferring("other"));

        assertThat(claimPrompts(ME, 9)).containsExactly("anyone");
    }

    @Test
    void a_preference_for_a_worker_that_left_is_no_reason_to_wait() {
        announce(OTHER, false);
        store.leave(OTHER.id());
        enqueue(ASpec.asking("anyone").preferring("other"));

        assertThat(claimPrompts(ME, 9)).containsExactly("anyone");
    }

    @Test
    void a_required_worker_is_waited_for_for_ever() {
        TaskId id = enqueue(ASpec.asking("only other").requiring("other"));
        waitedFor(id, 1_000_000);

        assertThat(claimPrompts(ME, 9)).isEmpty();
        assertThat(claimPrompts(OTHER, 9)).containsExactly("only other");
    }

    @Test
    void a_task_that_waits_for_another_worker_blocks_nobody() {
        enqueue(ASpec.asking("only other").requiring("other").priority(10));
        enqueue("anyone");

        assertThat(claimPrompts(ME, 1)).containsExactly("anyone");
    }

    @Test
    void workers_not_seen_for_a_day_are_forgotten() {
        announce(OTHER, false);
        sql("UPDATE worker SET last_seen = CURRENT_TIMESTAMP - INTERVAL '25' HOUR");

        announce(ME, false);

        assertThat(sql("UPDATE worker SET draining = FALSE")).isEqualTo(1);
    }

    @Test
    void a_task_that_was_claimed_and_sent_back_since_the_look_is_not_taken_as_it_was() throws SQLException {
        TaskId id = enqueue("comes back");
        try (Connection connection = dataSource().getConnection()) {
            List<Task> seen = Turns.claimable(connection, ME, 1).tasks();
            assertThat(store.giveBack(claimOne(OTHER).lease())).isPresent();

            assertThat(Leases.claim(connection, ME, 1, seen)).isEmpty();
        }
        assertThat(status(id)).isEqualTo(TaskStatus.PENDING);
        assertThat(claimOne(ME).lease()).isEqualTo(found(id).lease());
    }

    @Test
    void rivals_never_get_the_same_task_and_leave_none() throws Exception {
        List<Callable<Object>> enqueues = IntStream.range(0, 2_000)
                .<Callable<Object>>mapToObj(
                        i -> () -> enqueue(ASpec.asking("task " + i).priority(1 + i % 10)))
                .toList();
        Together.run(enqueues);
        try (JdbcTaskStore replica = open(Duration.ZERO)) {
            List<JdbcTaskStore> replicas = List.of(store, replica);

            List<List<Task>> claims = Together.run(IntStream.range(0, 16)
                    .mapToObj(i -> Together.call(() -> claimAll(replicas.get(i % 2), "rival-" + i, 1 + i)))
                    .toList());

            List<Task> all = claims.stream().flatMap(List::stream).toList();
            assertThat(all).extracting(Task::id).hasSize(2_000).doesNotHaveDuplicates();
            assertThat(all).extracting(Task::epoch).containsOnly(1L);
        }
    }

    /** Claims until nothing is pending; a claim that rivals emptied is no end. */
    private static List<Task> claimAll(JdbcTaskStore store, String worker, int slots) {
        Claimant rival = claimant(worker, worker);
        List<Task> all = new ArrayList<>();
        do {
            all.addAll(store.claim(rival, slots));
        } while (store.depth().pending() > 0);
        return all;
    }
}
