package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.store.Enqueued;
import org.junit.jupiter.api.Test;

/** What waits stands where those look who may have it, whoever wrote it and whatever happens meanwhile. */
abstract class PlaceContract extends StoreFixture {

    /** One that waits for a worker which is alive, and that somebody has looked at. */
    private TaskId keptForOther(String prompt) {
        announce(OTHER, false);
        TaskId id = enqueue(ASpec.asking(prompt).preferring("other"));
        assertThat(claimPrompts(ME, 9)).isEmpty();
        assertThat(places("kept", "other")).isOne();
        return id;
    }

    private int places(String place, String line) {
        return sql("UPDATE task SET turns = turns WHERE place = ? AND line = ?", place, line);
    }

    @Test
    void what_is_kept_for_a_worker_is_claimed_by_it() {
        keptForOther("kept");

        assertThat(claimPrompts(OTHER, 9)).containsExactly("kept");
    }

    @Test
    void what_is_kept_holds_up_nobody_else() {
        keptForOther("kept");

        assertThat(store.enqueue(newTask(ASpec.asking("at once")), ME)).isInstanceOf(Enqueued.Claimed.class);
    }

    @Test
    void what_is_kept_for_a_worker_that_drains_is_anybody_s_at_once() {
        keptForOther("kept");
        announce(OTHER, true);

        assertThat(claimPrompts(ME, 9)).containsExactly("kept");
    }

    @Test
    void what_is_kept_for_a_worker_that_falls_silent_is_anybody_s_at_once() {
        keptForOther("kept");
        sql("UPDATE worker SET last_seen = CURRENT_TIMESTAMP - INTERVAL '31' SECOND");

        assertThat(claimPrompts(ME, 9)).containsExactly("kept");
    }

    @Test
    void what_is_kept_for_a_worker_that_leaves_is_anybody_s_at_once() {
        keptForOther("kept");
        store.leave(OTHER.id());

        assertThat(claimPrompts(ME, 9)).containsExactly("kept");
    }

    @Test
    void what_is_kept_by_a_name_that_another_bears_too_stays_kept() {
        keptForOther("kept");
        announce(claimant("other-2", "other"), false);
        announce(OTHER, true);

        assertThat(claimPrompts(ME, 9)).isEmpty();
    }

    @Test
    void what_is_kept_is_anybody_s_after_the_affinity_wait() {
        waitedFor(keptForOther("kept"), 31);

        assertThat(claimPrompts(ME, 9)).containsExactly("kept");
    }

    @Test
    void what_becomes_due_together_comes_by_priority() {
        IntStream.rangeClosed(1, 5)
                .forEach(priority -> enqueue(ASpec.asking("scheduled " + priority)
                        .priority(priority)
                        .notBefore(Instant.now().plusSeconds(3_600))));
        enqueue(ASpec.asking("waits").priority(4));
        sql("UPDATE task SET open_at = created_at, not_before = created_at");

        assertThat(claimPrompts(ME, 3)).containsExactly("scheduled 5", "waits", "scheduled 4");
    }

    @Test
    void more_than_is_moved_in_one_step_is_moved_in_several() {
        IntStream.range(0, Places.BATCH + 1)
                .forEach(_ -> enqueue(ASpec.asking("low").priority(1).notBefore(Instant.EPOCH)));
        enqueue(ASpec.asking("urgent").priority(10).notBefore(Instant.EPOCH));

        assertThat(claimPrompts(ME, 1)).containsExactly("urgent");
    }

    /** As if the version before had written it, which knows neither places nor keys. */
    private void isOfTheVersionBefore(TaskId id) {
        sql("UPDATE task SET place = 'unknown', line = '' WHERE id = ?", id);
        sql("DELETE FROM task_need WHERE task = ?", id);
    }

    @Test
    void what_the_version_before_enqueued_is_claimed_in_its_turn() {
        TaskId urgent = enqueue(ASpec.asking("urgent").priority(9));
        TaskId named = enqueue(ASpec.asking("ours").priority(3).requiring("me"));
        enqueue(ASpec.asking("waits").priority(5));
        isOfTheVersionBefore(urgent);
        isOfTheVersionBefore(named);

        assertThat(claimPrompts(ME, 9)).containsExactly("urgent", "waits", "ours");
    }

    @Test
    void what_the_version_before_enqueued_goes_before_what_comes_later() {
        isOfTheVersionBefore(enqueue("waits"));

        created(store.enqueue(newTask(ASpec.asking("later")), ME));
    }

    @Test
    void what_the_version_before_sent_back_to_wait_waits() {
        TaskId parked = enqueue("parked");
        sql(
                "UPDATE task SET open_at = CURRENT_TIMESTAMP + INTERVAL '1' HOUR,"
                        + " not_before = CURRENT_TIMESTAMP + INTERVAL '1' HOUR WHERE id = ?",
                parked);
        enqueue("behind");

        assertThat(claimPrompts(ME, 9)).containsExactly("behind");
    }

    @Test
    void a_follow_up_that_the_version_before_enqueued_is_known_before_and_after_somebody_has_looked() {
        TaskId first = finished("first").id();
        TaskId next = enqueue(ASpec.asking("next")
                .notBefore(Instant.now().plusSeconds(3_600))
                .continuing(new Continuation(first, first)));
        isOfTheVersionBefore(next);
        assertThat(tasks.openFollowUp(first)).contains(next);

        assertThat(claimPrompts(ME, 9)).isEmpty();

        assertThat(places("later", "")).isOne();
        assertThat(tasks.openFollowUp(first)).contains(next);
    }

    @Test
    void a_follow_up_that_the_version_before_runs_is_known() {
        TaskId first = finished("first").id();
        TaskId next = claimed(ASpec.asking("next").continuing(new Continuation(first, first)))
                .id();
        isOfTheVersionBefore(next);

        assertThat(tasks.openFollowUp(first)).contains(next);
    }

    @Test
    void a_session_that_a_task_of_the_version_before_waits_for_is_known() {
        UUID session = UUID.fromString("8e5e078b-c1d1-44f6-9f6e-0c1320a97177");
        isOfTheVersionBefore(enqueue(ASpec.asking("waits")
                .notBefore(Instant.now().plusSeconds(3_600))
                .claude(ClaudeOptions.NONE.resuming(session))));
        assertThat(store.namesSession(session)).isTrue();

        assertThat(claimPrompts(ME, 9)).isEmpty();

        assertThat(places("later", "")).isOne();
        assertThat(store.namesSession(session)).isTrue();
    }

    @Test
    void what_waits_for_a_certain_worker_has_an_age_too_and_what_is_not_due_has_none() {
        waitedFor(keptForOther("kept"), 20);
        waitedFor(enqueue(ASpec.asking("named").requiring("nobody")), 300);
        waitedFor(enqueue("open"), 100);
        waitedFor(enqueue(ASpec.asking("later").notBefore(Instant.now().plusSeconds(3_600))), 4_000);

        assertThat(store.depth().pending()).isEqualTo(4);
        assertThat(store.depth().oldest()).isBetween(Duration.ofSeconds(300), Duration.ofSeconds(330));
    }
}
