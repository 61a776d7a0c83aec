package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.store.Park;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiting makes up for priority, and is counted from when a task may run. */
abstract class TurnContract extends StoreFixture {

    @BeforeEach
    void age() {
        store.close();
        store = open(Duration.ofSeconds(30));
    }

    @Test
    void each_ageing_that_a_task_has_waited_counts_as_one_priority() {
        waitedFor(enqueue(ASpec.asking("8 levels and more").priority(1)), 8 * 30 + 5);
        waitedFor(enqueue(ASpec.asking("not quite 8 levels").priority(1)), 8 * 30 - 5);
        enqueue(ASpec.asking("urgent").priority(9));

        assertThat(claimPrompts(ME, 3)).containsExactly("8 levels and more", "urgent", "not quite 8 levels");
    }

    @Test
    void a_task_of_the_lowest_priority_waits_for_none_that_came_so_much_later() {
        TaskId low = enqueue(ASpec.asking("low").priority(1));
        waitedFor(low, 9 * 30 + 1);
        IntStream.range(0, 20).forEach(_ -> enqueue(ASpec.asking("urgent").priority(10)));

        assertThat(claimPrompts(ME, 1)).containsExactly("low");
    }

    @Test
    void without_ageing_priority_alone_decides() {
        store.close();
        store = open(Duration.ZERO);
        waitedFor(enqueue(ASpec.asking("low").priority(1)), 30_000_000);
        enqueue(ASpec.asking("urgent").priority(2));
        enqueue(ASpec.asking("scheduled").priority(10).notBefore(Instant.now().plusSeconds(60)));

        assertThat(claimPrompts(ME, 3)).containsExactly("urgent", "low");
    }

    @Test
    void equals_come_in_the_order_of_their_coming_also_within_one_millisecond() {
        List<TaskId> ids = List.of(enqueue("1"), enqueue("2"), enqueue("3"), enqueue("4"));
        sql("UPDATE task SET turn_at = TIMESTAMP WITH TIME ZONE '2026-11-25 10:00:00+00'");

        assertThat(ids).hasSize(4);
        assertThat(claimPrompts(ME, 3)).containsExactly("1", "2", "3");
        assertThat(claimPrompts(ME, 3)).containsExactly("4");
    }

    @Test
    void all_lines_are_read_as_one() {
        enqueue(ASpec.asking("a").priority(10));
        enqueue(ASpec.asking("b").priority(7));
        enqueue(ASpec.asking("c").priority(7).requiring("me"));
        enqueue(ASpec.asking("d").priority(1));

        assertThat(claimPrompts(ME, 3)).containsExactly("a", "b", "c");
        assertThat(claimPrompts(ME, 3)).containsExactly("d");
    }

    @Test
    void what_only_we_may_have_ages_like_all_else() {
        waitedFor(enqueue(ASpec.asking("ours, old").priority(1).requiring("me")), 8 * 30 + 5);
        enqueue(ASpec.asking("anybody's").priority(9));

        assertThat(claimPrompts(ME, 1)).containsExactly("ours, old");
    }

    @Test
    void a_head_that_others_shall_have_hides_nothing_behind_it() {
        announce(OTHER, false);
        enqueue(ASpec.asking("wishes").preferring("other"));
        enqueue("behind");

        assertThat(claimPrompts(ME, 1)).containsExactly("behind");
    }

    @Test
    void a_scheduled_task_ages_from_its_time_on() {
        TaskId scheduled = enqueue(
                ASpec.asking("scheduled").priority(1).notBefore(Instant.now().minusSeconds(5)));
        waitedFor(scheduled, 3_600);
        enqueue(ASpec.asking("urgent").priority(9));

        assertThat(claimPrompts(ME, 2)).containsExactly("urgent", "scheduled");
    }

    @Test
    void what_a_version_before_us_scheduled_waits_for_its_time_too() {
        TaskId scheduled = enqueue("scheduled");
        sql("UPDATE task SET not_before = CURRENT_TIMESTAMP + INTERVAL '1' HOUR WHERE id = ?", scheduled);

        assertThat(claimPrompts(ME, 1)).isEmpty();
    }

    @Test
    void the_age_of_the_queue_is_that_of_the_task_that_has_waited_longest() {
        TaskId parked = enqueue("parked, and due for a second");
        Lease lease = claimOne(ME).lease();
        Instant reset = Instant.now().minusSeconds(1);
        store.park(
                lease, new Park(new Parked(Reason.USAGE_LIMIT, "limit"), reset, reset, Optional.empty()), Account.NONE);
        waitedFor(enqueue("has waited for half an hour"), 1_800);

        assertThat(parked).isEqualTo(lease.task());
        assertThat(store.depth().pending()).isEqualTo(2);
        assertThat(store.depth().oldest()).isBetween(Duration.ofSeconds(1_800), Duration.ofSeconds(1_830));
    }

    @Test
    void while_all_that_waits_is_scheduled_the_queue_has_no_age() {
        waitedFor(enqueue(ASpec.asking("later").notBefore(Instant.now().plusSeconds(3_600))), 60);

        assertThat(store.depth().pending()).isEqualTo(1);
        assertThat(store.depth().oldest()).isZero();
    }
}
