package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.CancelAnswer;
import org.claudecluster.worker.task.store.DeleteAnswer;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.InterruptAnswer;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.SessionUse;
import org.claudecluster.worker.task.store.TaskFilter;
import org.claudecluster.worker.task.store.TaskPage.Listed;
import org.claudecluster.worker.task.store.TenantTasks;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** To one tenant another's task is not there, whatever is asked of it, and nothing is done to it. */
abstract class TenantContract extends StoreFixture {

    private static final Tenant ACME = new Tenant("acme");
    private static final Tenant GLOBEX = new Tenant("globex");

    private TenantTasks acme;
    private TenantTasks globex;

    @BeforeEach
    void ofTwo() {
        acme = store.tasks(ACME);
        globex = store.tasks(GLOBEX);
    }

    private static NewTask asked(Tenant tenant, ASpec spec, Optional<NewTask.Idempotency> key) {
        return new NewTask(TaskId.create(Instant.now()), new Submitter(tenant, Optional.of("ci")), spec.build(), key);
    }

    private TaskId enqueue(Tenant tenant, ASpec spec) {
        return created(store.enqueue(asked(tenant, spec, Optional.empty()))).id();
    }

    private TaskId enqueue(Tenant tenant, String prompt) {
        return enqueue(tenant, ASpec.asking(prompt));
    }

    private Task claimed(Tenant tenant, ASpec spec) {
        TaskId id = enqueue(tenant, spec);
        Task task = claimOne(ME);
        assertThat(task.id()).isEqualTo(id);
        return task;
    }

    private Task claimed(Tenant tenant, String prompt) {
        return claimed(tenant, ASpec.asking(prompt));
    }

    private Task finished(Tenant tenant, ASpec spec) {
        Task task = claimed(tenant, spec);
        assertThat(store.finish(task.lease(), DONE)).isTrue();
        return store.findOfAnyTenant(task.id()).orElseThrow();
    }

    @Test
    void a_task_is_found_by_its_own_tenant_alone() {
        TaskId id = enqueue(ACME, "mine");

        assertThat(acme.find(id))
                .hasValueSatisfying(
                        task -> assertThat(task.submitter()).isEqualTo(new Submitter(ACME, Optional.of("ci"))));
        assertThat(globex.find(id)).isEmpty();
        assertThat(tasks.find(id)).isEmpty();
    }

    @Test
    void whoever_claims_a_task_knows_whose_it_is() {
        assertThat(claimed(ACME, "mine").submitter()).isEqualTo(new Submitter(ACME, Optional.of("ci")));
        assertThat(store.enqueue(asked(GLOBEX, ASpec.asking("now"), Optional.empty()), ME))
                .isInstanceOfSatisfying(
                        Enqueued.Claimed.class,
                        answer -> assertThat(answer.task())
                                .extracting(Task::tenant)
                                .isEqualTo(GLOBEX));
    }

    @Test
    void what_a_worker_without_tenants_writes_is_that_of_the_default_tenant() {
        TaskId id = TaskId.create(Instant.now());
        sql("""
                INSERT INTO task (id, status, priority, require_worker, timeout_ms, max_attempts, prompt, spec, created_at,
                                  attempt, epoch, output_bytes, turns)
                VALUES (?, 'pending', 5, FALSE, 1000, 1, 'p', '{}', CURRENT_TIMESTAMP, 0, 0, 0, 0)
                """, id);

        assertThat(found(id).submitter()).isEqualTo(Submitter.UNKNOWN);
        assertThat(acme.find(id)).isEmpty();
    }

    @Test
    void another_s_waiting_task_is_not_cancelled() {
        TaskId id = enqueue(ACME, "waits");

        assertThat(globex.cancel(id)).isEqualTo(CancelAnswer.UNKNOWN);
        assertThat(acme.find(id).orElseThrow().status()).isEqualTo(TaskStatus.PENDING);
        assertThat(acme.cancel(id)).isEqualTo(CancelAnswer.CANCELLED);
    }

    @Test
    void another_s_running_task_is_not_asked_to_end() {
        TaskId id = claimed(ACME, "runs").id();

        assertThat(globex.cancel(id)).isEqualTo(CancelAnswer.UNKNOWN);
        assertThat(globex.interrupt(id)).isEqualTo(InterruptAnswer.UNKNOWN);
        assertThat(store.stopRequests(ME.id())).isEmpty();
        assertThat(acme.interrupt(id)).isEqualTo(InterruptAnswer.REQUESTED);
        assertThat(acme.cancel(id)).isEqualTo(CancelAnswer.REQUESTED);
    }

    @Test
    void of_another_s_final_or_waiting_task_it_is_not_told_what_it_is() {
        TaskId ended = finished(ACME, ASpec.asking("ended")).id();
        TaskId waits = enqueue(ACME, "waits");

        assertThat(globex.cancel(ended)).isEqualTo(CancelAnswer.UNKNOWN);
        assertThat(globex.interrupt(ended)).isEqualTo(InterruptAnswer.UNKNOWN);
        assertThat(globex.interrupt(waits)).isEqualTo(InterruptAnswer.UNKNOWN);
        assertThat(globex.delete(waits)).isEqualTo(DeleteAnswer.UNKNOWN);
    }

    @Test
    void another_s_task_is_not_deleted_nor_what_it_cost() {
        TaskId id = finished(ACME, ASpec.asking("ended")).id();

        assertThat(globex.delete(id)).isEqualTo(DeleteAnswer.UNKNOWN);
        assertThat(acme.attempts(id)).hasSize(1);
        assertThat(acme.delete(id)).isEqualTo(DeleteAnswer.DELETED);
        assertThat(acme.find(id)).isEmpty();
    }

    @Test
    void another_s_attempts_are_not_told() {
        TaskId id = claimed(ACME, "runs").id();

        assertThat(globex.attempts(id)).isEmpty();
        assertThat(acme.attempts(id)).hasSize(1);
    }

    @Test
    void another_s_open_task_is_as_one_that_has_ended() {
        TaskId mine = enqueue(ACME, "mine");
        TaskId theirs = enqueue(GLOBEX, "theirs");

        assertThat(acme.open(List.of(mine, theirs))).containsExactly(mine);
        assertThat(globex.open(List.of(mine, theirs))).containsExactly(theirs);
    }

    @Test
    void a_list_has_the_own_tasks_and_no_others() {
        enqueue(ACME, "one");
        enqueue(GLOBEX, "two");
        enqueue("three");
        enqueue(ACME, ASpec.asking("four").labels(Map.of("team", "a")));
        enqueue(GLOBEX, ASpec.asking("five").labels(Map.of("team", "a")));

        assertThat(prompts(acme, filter())).containsExactly("four", "one");
        assertThat(prompts(globex, filter())).containsExactly("five", "two");
        assertThat(prompts(tasks, filter())).containsExactly("three");
        assertThat(prompts(store.tasks(new Tenant("nobody")), filter())).isEmpty();
        assertThat(prompts(
                        acme,
                        new TaskFilter(Optional.empty(), Optional.empty(), Map.of("team", "a"), Optional.empty(), 50)))
                .containsExactly("four");
        assertThat(prompts(
                        acme,
                        new TaskFilter(
                                Optional.of(TaskStatus.PENDING), Optional.empty(), Map.of(), Optional.empty(), 50)))
                .containsExactly("four", "one");
    }

    @Test
    void a_page_may_begin_behind_another_s_task_and_has_none_of_it() {
        enqueue(ACME, "one");
        TaskId theirs = enqueue(GLOBEX, "two");
        enqueue(ACME, "three");

        assertThat(prompts(acme, new TaskFilter(Optional.empty(), Optional.empty(), Map.of(), Optional.of(theirs), 50)))
                .containsExactly("one");
    }

    private static TaskFilter filter() {
        return new TaskFilter(Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), 50);
    }

    private static List<String> prompts(TenantTasks of, TaskFilter filter) {
        return of.list(filter, Set.of()).tasks().stream()
                .map(Listed::task)
                .map(task -> task.spec().prompt())
                .toList();
    }

    @Test
    void each_tenant_has_keys_of_its_own() {
        NewTask.Idempotency key = new NewTask.Idempotency("k", "f");
        NewTask.Idempotency other = new NewTask.Idempotency("k", "another body");
        TaskId mine = created(store.enqueue(asked(ACME, ASpec.asking("a"), Optional.of(key))))
                .id();
        TaskId theirs = created(store.enqueue(asked(GLOBEX, ASpec.asking("b"), Optional.of(other))))
                .id();
        TaskId nobodys = created(store.enqueue(asked(Tenant.DEFAULT, ASpec.asking("c"), Optional.of(key))))
                .id();

        assertThat(store.enqueue(asked(ACME, ASpec.asking("a"), Optional.of(key))))
                .isInstanceOfSatisfying(
                        Enqueued.Repeated.class,
                        answer -> assertThat(answer.task().id()).isEqualTo(mine));
        assertThat(store.enqueue(asked(ACME, ASpec.asking("b"), Optional.of(other))))
                .isEqualTo(new Enqueued.KeyReused(mine));
        assertThat(globex.submittedUnder(other)).map(Task::id).contains(theirs);
        assertThat(globex.submittedUnder(key)).isEmpty();
        assertThat(tasks.submittedUnder(key)).map(Task::id).contains(nobodys);
    }

    @Test
    void a_key_of_a_version_without_tenants_is_found_again() {
        TaskId id = enqueue("before");
        sql("UPDATE task SET idempotency_key = 'old', fingerprint = 'f' WHERE id = ?", id);

        assertThat(tasks.submittedUnder(new NewTask.Idempotency("old", "f")))
                .map(Task::id)
                .contains(id);
        assertThat(acme.submittedUnder(new NewTask.Idempotency("old", "f"))).isEmpty();
    }

    @Test
    void the_longest_key_of_the_longest_tenant_is_kept() {
        Tenant longest = new Tenant("t".repeat(63));
        NewTask.Idempotency key = new NewTask.Idempotency("k".repeat(NewTask.Idempotency.MAX_KEY), "f");

        TaskId id = created(store.enqueue(asked(longest, ASpec.asking("long"), Optional.of(key))))
                .id();

        assertThat(store.tasks(longest).submittedUnder(key)).map(Task::id).contains(id);
    }

    @Test
    void only_a_follow_up_of_the_own_tenant_is_in_the_way() {
        Task first = finished(ACME, ASpec.asking("first"));
        TaskId next = enqueue(ACME, ASpec.asking("next").continuing(new Continuation(first.id(), first.id())));

        assertThat(acme.openFollowUp(first.id())).contains(next);
        assertThat(globex.openFollowUp(first.id())).isEmpty();
        assertThat(store.openFollowUpOfAnyTenant(first.id())).contains(next);
    }

    @Test
    void a_session_is_the_tenant_s_whose_task_was_the_first_to_run_in_it() {
        UUID session = session(finished(ACME, ASpec.asking("first")));
        claimed(GLOBEX, ASpec.asking("thief").claude(ClaudeOptions.NONE.resuming(session)));

        assertThat(acme.use(session)).isEqualTo(SessionUse.OWN);
        assertThat(globex.use(session)).isEqualTo(SessionUse.ANOTHERS);
        assertThat(tasks.use(session)).isEqualTo(SessionUse.ANOTHERS);
        assertThat(acme.use(UUID.randomUUID())).isEqualTo(SessionUse.UNKNOWN);
    }

    @Test
    void a_session_that_a_version_before_the_ledger_began_is_known() {
        Task task = finished(ACME, ASpec.asking("first"));
        sql("DELETE FROM attempt");

        assertThat(acme.use(session(task))).isEqualTo(SessionUse.OWN);
        assertThat(globex.use(session(task))).isEqualTo(SessionUse.ANOTHERS);
    }

    @Test
    void the_session_of_an_earlier_attempt_is_not_forgotten() {
        Task task = claimed(ACME, ASpec.asking("first").maxAttempts(2));
        UUID earlier = session(task);
        leaseRanOut(task.id());
        store.reap(ME.id(), false);
        Task again = claimOne(ME);

        assertThat(session(again)).isNotEqualTo(earlier);
        assertThat(globex.use(earlier)).isEqualTo(SessionUse.ANOTHERS);
    }

    private static UUID session(Task task) {
        return UUID.fromString(task.sessionId().orElseThrow());
    }

    @Test
    void a_task_whose_tenant_can_t_be_read_fails_alone() {
        TaskId odd = enqueue(ACME, "odd");
        sql("UPDATE task SET tenant = 'No Name' WHERE id = ?", odd);
        TaskId sound = enqueue(ACME, "sound");

        assertThat(claimOne(ME).id()).isEqualTo(sound);
        assertThat(store.findOfAnyTenant(odd).orElseThrow().status()).isEqualTo(TaskStatus.FAILED);
        assertThat(tasks.find(odd)).isEmpty();
    }
}
