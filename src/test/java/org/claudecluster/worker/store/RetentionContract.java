package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.junit.jupiter.api.Test;

/** What is forgotten, and what is not. */
abstract class RetentionContract extends StoreFixture {

    private static final Duration WEEK = Duration.ofDays(7);

    @Test
    void transcripts_of_old_tasks_are_marked_once() {
        TaskId old = ended("old", 8);
        TaskId fresh = ended("fresh", 6);

        assertThat(store.expireTranscripts(WEEK, 10)).containsExactly(old);
        assertThat(store.expireTranscripts(WEEK, 10)).isEmpty();
        assertThat(found(old).transcriptGone()).isTrue();
        assertThat(found(fresh).transcriptGone()).isFalse();
    }

    @Test
    void the_oldest_go_first_and_no_more_than_asked_for() {
        TaskId second = ended("second", 9);
        TaskId third = ended("third", 8);
        TaskId first = ended("first", 10);

        assertThat(store.expireTranscripts(WEEK, 2)).containsExactly(first, second);
        assertThat(store.purge(WEEK, 2)).containsExactly(first, second);
        assertThat(store.purge(WEEK, 2)).containsExactly(third);
    }

    @Test
    void old_tasks_go_whether_their_transcripts_went_before_or_not() {
        TaskId without = ended("without", 9);
        store.expireTranscripts(WEEK, 1);
        TaskId with = ended("with", 8);

        assertThat(store.purge(WEEK, 10)).containsExactlyInAnyOrder(without, with);
        assertThat(tasks.find(without)).isEmpty();
        assertThat(tasks.find(with)).isEmpty();
    }

    @Test
    void a_session_is_named_by_who_ran_in_it_and_by_who_waits_to_resume_it() {
        Task ran = finished("ran");
        UUID session = UUID.fromString(ran.sessionId().orElseThrow());
        UUID other = UUID.fromString("8e5e078b-c1d1-44f6-9f6e-0c1320a97177");
        TaskId waits = enqueue(ASpec.asking("waits").claude(ClaudeOptions.NONE.resuming(other)));
        assertThat(store.namesSession(session)).isTrue();
        assertThat(store.namesSession(other)).isTrue();
        assertThat(store.namesSession(UUID.randomUUID())).isFalse();

        tasks.delete(ran.id());
        tasks.cancel(waits);
        tasks.delete(waits);

        assertThat(store.namesSession(session)).isFalse();
        assertThat(store.namesSession(other)).isFalse();
    }

    @Test
    void a_follow_up_is_open_until_it_ends_and_what_only_names_its_workspace_is_none() {
        TaskId first = finished("first").id();
        enqueue(ASpec.asking("other").metadata("{\"after\":\"" + first + "\"}"));
        assertThat(tasks.openFollowUp(first)).isEmpty();

        TaskId next = enqueue(ASpec.asking("next").priority(9).continuing(new Continuation(first, first)));
        assertThat(tasks.openFollowUp(first)).contains(next);
        Task running = claimOne(ME);
        assertThat(tasks.openFollowUp(first)).contains(next);
        assertThat(tasks.openFollowUp(next)).isEmpty();

        assertThat(store.finish(running.lease(), DONE)).isTrue();
        assertThat(tasks.openFollowUp(first)).isEmpty();
    }

    @Test
    void what_waits_or_runs_is_never_old() {
        TaskId running = claimed("running").id();
        TaskId waiting = enqueue("waiting");
        sql("UPDATE task SET created_at = created_at - INTERVAL '1' DAY * 4000");

        assertThat(store.purge(WEEK, 10)).isEmpty();
        assertThat(store.expireTranscripts(WEEK, 10)).isEmpty();
        assertThat(List.of(found(waiting).id(), found(running).id())).containsExactly(waiting, running);
    }

    @Test
    void a_key_may_be_used_again_when_its_task_is_forgotten() {
        TaskId first = created(store.enqueue(newTask(ASpec.asking("once"), "key", "print")))
                .id();
        tasks.cancel(first);
        sql("UPDATE task SET finished_at = finished_at - INTERVAL '1' DAY * 8");

        assertThat(store.purge(WEEK, 10)).containsExactly(first);

        created(store.enqueue(newTask(ASpec.asking("other"), "key", "other print")));
    }

    @Test
    void of_many_tasks_those_that_are_gone_can_be_asked_for() {
        TaskId here = finished("here").id();
        TaskId deleted = finished("deleted").id();
        TaskId waits = enqueue("waits");
        TaskId never = TaskId.create(Instant.now());
        tasks.delete(deleted);

        assertThat(store.missing(List.of(here, deleted, waits, never))).containsExactlyInAnyOrder(deleted, never);
        assertThat(store.missing(List.of())).isEmpty();
    }

    private TaskId ended(String prompt, int daysAgo) {
        TaskId task = finished(prompt).id();
        sql(
                "UPDATE task SET finished_at = finished_at - INTERVAL '1' DAY * CAST(? AS int) WHERE id = ?",
                daysAgo,
                task);
        return task;
    }
}
