package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Attempt;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.NewTask;
import org.junit.jupiter.api.Test;

/** What is claimed by the write that enqueues it, and what has to wait for its turn. */
abstract class ClaimedAtOnceContract extends StoreFixture {

    private Task claimedAtOnce(NewTask task) {
        Enqueued answer = store.enqueue(task, ME);
        assertThat(answer).isInstanceOf(Enqueued.Claimed.class);
        return ((Enqueued.Claimed) answer).task();
    }

    private Task claimedAtOnce(ASpec spec) {
        return claimedAtOnce(newTask(spec));
    }

    private void requireWaits(ASpec spec, Claimant claimant) {
        Task task = created(store.enqueue(newTask(spec), claimant));

        assertThat(found(task.id())).isEqualTo(task);
        assertThat(task.status()).isEqualTo(TaskStatus.PENDING);
        assertThat(tasks.attempts(task.id())).isEmpty();
    }

    @Test
    void what_comes_when_nothing_waits_is_running() {
        Task task = claimedAtOnce(ASpec.asking("now").priority(7).maxAttempts(3).labels(Map.of("team", "a")));

        assertThat(found(task.id())).isEqualTo(task);
        assertThat(task.status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(task.attempt()).isOne();
        assertThat(task.epoch()).isOne();
        assertThat(task.startedAt()).contains(task.createdAt());
        assertThat(task.createdAt())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        assertThat(store.claim(OTHER, 5)).isEmpty();
    }

    @Test
    void its_lease_and_its_attempt_are_those_of_any_claim() {
        Task task = claimedAtOnce(ASpec.asking("now"));

        assertThat(store.held(ME.id())).containsExactly(task.lease());
        assertThat(store.reap(OTHER.id(), false)).isEmpty();
        assertThat(store.renew(ME.lease(), Set.of(task.lease()))).containsExactly(task.lease());
        assertThat(store.finish(task.lease(), DONE)).isTrue();
        List<Attempt> attempts = tasks.attempts(task.id());
        assertThat(attempts).hasSize(1);
        assertThat(attempts.getFirst().lease()).isEqualTo(task.lease());
        assertThat(attempts.getFirst().startedAt()).isEqualTo(task.createdAt());
        assertThat(attempts.getFirst().ended()).isPresent();
    }

    @Test
    void one_whose_worker_dies_is_lost_as_any_other() {
        Task task = claimedAtOnce(ASpec.asking("now").maxAttempts(2));
        leaseRanOut(task.id());

        assertThat(store.reap(OTHER.id(), false)).extracting(Task::id).containsExactly(task.id());

        assertThat(claimOne(OTHER).epoch()).isEqualTo(2);
    }

    @Test
    void one_that_is_given_back_has_the_turn_of_its_enqueueing() {
        Task first = claimedAtOnce(ASpec.asking("first"));
        Task urgent = claimedAtOnce(ASpec.asking("urgent").priority(9));
        enqueue("last");
        assertThat(store.giveBack(first.lease())).contains(TaskStatus.PENDING);
        assertThat(store.giveBack(urgent.lease())).contains(TaskStatus.PENDING);

        assertThat(claimPrompts(OTHER, 3)).containsExactly("urgent", "first", "last");
    }

    @Test
    void what_waits_is_first_whatever_its_priority() {
        enqueue(ASpec.asking("waits").priority(1));

        requireWaits(ASpec.asking("later").priority(10), ME);
    }

    @Test
    void what_is_not_due_or_another_s_holds_nobody_up() {
        enqueue(ASpec.asking("scheduled").notBefore(Instant.now().plusSeconds(3_600)));
        enqueue(ASpec.asking("for another").requiring("somebody"));

        assertThat(claimedAtOnce(ASpec.asking("now")).status()).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void what_is_wished_for_another_or_for_later_waits() {
        requireWaits(ASpec.asking("x").preferring("other"), ME);
        requireWaits(ASpec.asking("x").requiring("other-1"), ME);
        sql("DELETE FROM task");
        requireWaits(ASpec.asking("x").notBefore(Instant.parse("2020-01-01T00:00:00Z")), ME);
    }

    @Test
    void what_is_wished_for_the_claimant_by_any_of_its_names_is_its_own() {
        assertThat(claimedAtOnce(ASpec.asking("x").preferring("me")).worker()).contains(ME.id());
        assertThat(claimedAtOnce(ASpec.asking("x").requiring("me-1")).worker()).contains(ME.id());
    }

    @Test
    void while_its_credential_is_paused_it_waits() {
        Claimant paused = new Claimant(
                ME.id(),
                ME.names(),
                "pty",
                Optional.of("credential"),
                Sessions.NONE,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30));
        store.pause("credential", Reason.BILLING, Duration.ofHours(1));

        requireWaits(ASpec.asking("x"), paused);
        sql("DELETE FROM task");
        store.resume("credential");
        assertThat(store.enqueue(newTask(ASpec.asking("x")), paused)).isInstanceOf(Enqueued.Claimed.class);
    }

    @Test
    void a_repeated_request_answers_the_task_that_runs() {
        Task first = claimedAtOnce(newTask(ASpec.asking("once"), "key", "print"));

        assertThat(store.enqueue(newTask(ASpec.asking("once"), "key", "print"), ME))
                .isEqualTo(new Enqueued.Repeated(first));
        assertThat(store.enqueue(newTask(ASpec.asking("once"), "key", "other"), ME))
                .isEqualTo(new Enqueued.KeyReused(first.id()));
    }

    @Test
    void identical_requests_at_two_workers_make_one_task() throws Exception {
        try (JdbcTaskStore replica = open(Duration.ZERO)) {
            List<Enqueued> answers = Together.run(IntStream.range(0, 50)
                    .mapToObj(i -> Together.call(() -> (i % 2 == 0 ? store : replica)
                            .enqueue(newTask(ASpec.asking("once"), "key", "print"), i % 2 == 0 ? ME : OTHER)))
                    .toList());

            assertThat(answers).filteredOn(Enqueued.Claimed.class::isInstance).hasSize(1);
            assertThat(answers).filteredOn(Enqueued.Repeated.class::isInstance).hasSize(49);
        }
    }

    @Test
    void many_at_once_are_all_kept_and_claimed_once() throws Exception {
        List<NewTask> tasks = IntStream.range(0, 200)
                .mapToObj(i -> newTask(ASpec.asking("task " + i)))
                .toList();

        Together.run(tasks.stream()
                .map(task -> Together.call(() -> store.enqueue(task, ME)))
                .toList());

        assertThat(store.held(ME.id()))
                .extracting(lease -> lease.task())
                .containsExactlyInAnyOrderElementsOf(
                        tasks.stream().map(NewTask::id).toList());
        assertThat(tasks).extracting(NewTask::id).allMatch(this::hasOneAttempt);
    }

    private boolean hasOneAttempt(TaskId task) {
        return tasks.attempts(task).size() == 1;
    }
}
