package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.store.RegisteredWorker;
import org.claudecluster.worker.task.store.WorkerState;
import org.junit.jupiter.api.Test;

/** Who is known to be there. */
abstract class RegistryContract extends StoreFixture {

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final WorkerState ONE = state("one-1", "one", 2, false);
    private static final WorkerState TWO = state("two-1", "two", 0, false);

    private static WorkerState state(String id, String name, int active, boolean draining) {
        return new WorkerState(new WorkerId(id), name, Set.of(name, "gpu"), "1.0", 5, active, draining);
    }

    @Test
    void workers_are_shown_by_name_as_they_said_of_themselves() {
        store.announce(TWO);
        store.announce(ONE);

        List<RegisteredWorker> workers = store.workers(LEASE);

        assertThat(workers).extracting(RegisteredWorker::state).containsExactly(ONE, TWO);
        assertThat(workers).allMatch(RegisteredWorker::alive);
    }

    @Test
    void the_last_word_counts() {
        store.announce(ONE);
        WorkerState later = state("one-1", "one", 3, true);
        store.announce(later);

        assertThat(store.workers(LEASE)).extracting(RegisteredWorker::state).containsExactly(later);
    }

    @Test
    void who_was_not_seen_for_a_lease_is_not_alive_and_comes_back_with_a_word() {
        store.announce(ONE);
        unseenFor(31);
        assertThat(store.workers(LEASE)).noneMatch(RegisteredWorker::alive);

        store.announce(ONE);

        assertThat(store.workers(LEASE)).allMatch(RegisteredWorker::alive).hasSize(1);
    }

    @Test
    void who_was_not_seen_for_a_day_is_forgotten_and_may_come_back() {
        store.announce(ONE);
        unseenFor(90_000);
        assertThat(store.workers(LEASE)).isEmpty();

        store.announce(TWO);
        store.announce(ONE);

        assertThat(store.workers(LEASE)).extracting(RegisteredWorker::state).containsExactly(ONE, TWO);
    }

    @Test
    void who_leaves_is_gone_at_once() {
        store.announce(ONE);
        store.leave(ONE.id());
        store.leave(ONE.id());

        assertThat(store.workers(LEASE)).isEmpty();
    }

    private void unseenFor(int seconds) {
        sql("UPDATE worker SET last_seen = last_seen - INTERVAL '1' SECOND * CAST(? AS int)", seconds);
    }
}
