package org.claudecluster.worker.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.junit.jupiter.api.Test;

class EndPollerTest {

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Set<TaskId> open = ConcurrentHashMap.newKeySet();
    private final List<Integer> questions = new CopyOnWriteArrayList<>();
    private volatile boolean away;
    private final EndPoller watch = new EndPoller(this::stillOpen, PAUSE);

    private Set<TaskId> stillOpen(Tenant tenant, Collection<TaskId> asked) {
        questions.add(asked.size());
        if (away) {
            throw new StoreUnavailableException("away", new IllegalStateException());
        }
        Set<TaskId> still = ConcurrentHashMap.newKeySet();
        still.addAll(open);
        still.retainAll(asked);
        return still;
    }

    private TaskId opened() {
        TaskId task = TaskId.create(Instant.EPOCH);
        open.add(task);
        return task;
    }

    @Test
    void a_thousand_waiters_are_one_question() {
        IntStream.range(0, 1_000).forEach(_ -> {
            Streaming.Place _ = watch.watch(Tenant.DEFAULT, opened(), () -> {});
        });

        await().until(() -> questions.contains(1_000));
        assertThat(questions).hasSizeLessThan(100);
    }

    @Test
    void who_waits_for_what_has_ended_is_woken_and_nobody_else() {
        TaskId ends = opened();
        TaskId goesOn = opened();
        Semaphore first = new Semaphore(0);
        Semaphore second = new Semaphore(0);
        Semaphore other = new Semaphore(0);
        Streaming.Place _ = watch.watch(Tenant.DEFAULT, ends, first::release);
        Streaming.Place _ = watch.watch(Tenant.DEFAULT, ends, second::release);
        Streaming.Place _ = watch.watch(Tenant.DEFAULT, goesOn, other::release);

        open.remove(ends);

        await().until(() -> first.tryAcquire() && second.tryAcquire());
        assertThat(other.availablePermits()).isZero();
    }

    @Test
    void a_store_that_is_away_is_asked_again() {
        away = true;
        TaskId task = opened();
        Semaphore woken = new Semaphore(0);
        Streaming.Place _ = watch.watch(Tenant.DEFAULT, task, woken::release);
        await().until(() -> questions.size() >= 2);
        open.remove(task);

        away = false;

        await().until(woken::tryAcquire);
    }

    @Test
    void nobody_looks_while_nobody_waits() {
        Streaming.Place place = watch.watch(Tenant.DEFAULT, opened(), () -> {});
        await().until(() -> !questions.isEmpty());
        place.close();
        await().pollDelay(PAUSE.multipliedBy(3)).until(() -> true);
        int asked = questions.size();

        await().pollDelay(PAUSE.multipliedBy(5)).until(() -> true);

        assertThat(questions).hasSize(asked);
    }
}
