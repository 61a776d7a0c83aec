package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.junit.jupiter.api.Test;

/** Tasks that come when this worker may run them at once, and all that can go wrong with their one write. */
class LifecycleEnqueueTest extends LifecycleFixture {

    /** What the thread that claims what waits has taken. */
    private final List<Object> later = new CopyOnWriteArrayList<>();
    /** Looks of that thread which have begun since somebody asked, and those that go on. */
    private final AtomicInteger looks = new AtomicInteger();

    private final AtomicInteger looking = new AtomicInteger();

    private Object watched(String method, Callable<Object> real, EmbeddedStore.Around around) throws Exception {
        if (!method.equals("claim")) {
            return around.call(method, real);
        }
        looks.incrementAndGet();
        looking.incrementAndGet();
        try {
            Object answer = around.call(method, real);
            later.addAll((List<?>) answer);
            return answer;
        } finally {
            looking.decrementAndGet();
        }
    }

    /** A worker at work, whose claiming thread sleeps: while it looks it holds all free slots back. */
    private void started(int slots, EmbeddedStore.Around around) {
        poll = Duration.ofMinutes(10);
        lifecycle = lifecycle(store.with((method, real) -> watched(method, real, around)), executor, slots, true);
        lifecycle.start();
        TaskId first = submit();
        executor.open = true;
        awaitStatus(first, TaskStatus.COMPLETED);
        executor.open = false;
        await().during(Duration.ofMillis(250))
                .until(() -> looks.getAndSet(0) == 0 && looking.get() == 0 && lifecycle.activeTasks() == 0);
        later.clear();
    }

    private void started(int slots) {
        started(slots, (_, real) -> real.call());
    }

    @Test
    void a_task_for_which_a_slot_is_free_is_claimed_by_the_write_that_enqueues_it() {
        started(2);

        TaskId task = submit();

        assertThat(store.find(task).status()).isEqualTo(TaskStatus.RUNNING);
        await().until(() -> executor.started.contains(task));
        executor.open = true;
        awaitStatus(task, TaskStatus.COMPLETED);
        assertThat(later).isEmpty();
        assertThat(observed.claimed).hasValue(2);
        assertThat(store.find(task).attempt()).isOne();
    }

    @Test
    void what_comes_when_all_slots_are_taken_runs_when_one_is_free() {
        started(1);
        TaskId first = submit();
        TaskId second = submit();

        assertThat(store.find(second).status()).isEqualTo(TaskStatus.PENDING);
        executor.open = true;
        awaitStatus(second, TaskStatus.COMPLETED);
        assertThat(store.find(first).status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(executor.most).hasValue(1);
    }

    @Test
    void of_many_at_once_no_more_run_than_there_are_slots() {
        started(3);
        executor.open = true;

        List<TaskId> tasks =
                IntStream.range(0, 100).parallel().mapToObj(_ -> submit()).toList();

        tasks.forEach(task -> awaitStatus(task, TaskStatus.COMPLETED));
        assertThat(executor.most.get()).isLessThanOrEqualTo(3);
        assertThat(tasks).allMatch(task -> store.find(task).attempt() == 1);
        await().until(() -> lifecycle.activeTasks() == 0);
    }

    @Test
    void before_the_start_and_while_draining_it_waits() {
        TaskId early = submit();
        assertThat(store.find(early).status()).isEqualTo(TaskStatus.PENDING);
        executor.open = true;
        lifecycle.start();
        awaitStatus(early, TaskStatus.COMPLETED);
        lifecycle.drain();

        TaskId late = submit();

        assertThat(store.find(late).status()).isEqualTo(TaskStatus.PENDING);
    }

    @Test
    void while_the_gate_is_closed_it_waits() {
        AtomicBoolean isOpen = new AtomicBoolean(true);
        gate = _ -> isOpen.get();
        started(1);
        isOpen.set(false);

        TaskId task = submit();

        assertThat(store.find(task).status()).isEqualTo(TaskStatus.PENDING);
        isOpen.set(true);
        executor.open = true;
        submit();
        awaitStatus(task, TaskStatus.COMPLETED);
    }

    @Test
    void one_whose_reply_was_lost_goes_back_uncounted_at_once_and_is_claimed_anew() {
        AtomicBoolean loses = new AtomicBoolean();
        started(2, (method, real) -> {
            Object answer = real.call();
            if (method.equals("enqueue") && loses.getAndSet(false)) {
                throw new StoreUnavailableException("away", new IllegalStateException("test"));
            }
            return answer;
        });
        TaskId running = submit();
        loses.set(true);
        assertThatThrownBy(this::submit).isInstanceOf(StoreUnavailableException.class);

        await().until(() -> executor.started.size() == 3);
        Task again = store.find(executor.started.getLast());
        assertThat(again.attempt()).isOne();
        assertThat(again.epoch()).isEqualTo(2);
        assertThat(store.find(running).epoch()).isOne();
    }

    @Test
    void one_that_is_only_on_its_way_is_not_given_back_with_one_whose_reply_was_lost() {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        List<String> replies = new CopyOnWriteArrayList<>();
        List<String> fates = new CopyOnWriteArrayList<>();
        started(3, (method, real) -> {
            Object answer = real.call();
            if (!method.equals("enqueue") || fates.isEmpty()) {
                return answer;
            }
            String fate = fates.removeFirst();
            replies.add(fate);
            if (fate.equals("slow")) {
                mayAnswer.await();
                return answer;
            }
            throw new StoreUnavailableException("away", new IllegalStateException("test"));
        });
        fates.addAll(List.of("slow", "lost"));
        Thread slow = Thread.ofVirtual().start(this::submit);
        await().until(() -> replies.contains("slow"));
        TaskId onItsWay = store.tasks.held(lifecycle.id()).getFirst().task();
        assertThatThrownBy(this::submit).isInstanceOf(StoreUnavailableException.class);

        // Some looks of the thread that settles.
        await().during(Duration.ofMillis(400))
                .until(() -> store.tasks.held(lifecycle.id()).size() == 2);
        mayAnswer.countDown();

        await().until(() -> !slow.isAlive() && executor.started.size() == 3);
        assertThat(executor.started).contains(onItsWay);
        assertThat(store.find(onItsWay).epoch()).isOne();
    }

    @Test
    void one_whose_reply_comes_when_the_trust_is_over_is_not_started() {
        AtomicBoolean isLate = new AtomicBoolean();
        started(1, (method, real) -> {
            Object answer = real.call();
            if (method.equals("enqueue") && isLate.getAndSet(false)) {
                ticker.advance(Duration.ofSeconds(30));
            }
            return answer;
        });
        executor.open = true;
        isLate.set(true);

        TaskId task = submit();

        awaitStatus(task, TaskStatus.COMPLETED);
        assertThat(executor.started).filteredOn(task::equals).hasSize(1);
        assertThat(store.find(task).attempt()).isOne();
        assertThat(store.find(task).epoch()).isEqualTo(2);
    }

    @Test
    void a_drain_waits_for_one_that_is_under_way_and_it_goes_back_uncounted() {
        CountDownLatch isWritten = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        AtomicBoolean isSlow = new AtomicBoolean();
        started(1, (method, real) -> {
            Object answer = real.call();
            if (method.equals("enqueue") && isSlow.getAndSet(false)) {
                isWritten.countDown();
                mayAnswer.await();
            }
            return answer;
        });
        isSlow.set(true);
        Thread submits = Thread.ofVirtual().start(this::submit);
        await().until(() -> isWritten.getCount() == 0);
        Thread drain = Thread.ofVirtual().start(lifecycle::drain);
        await().until(lifecycle::draining);
        TaskId task = store.tasks.held(lifecycle.id()).getFirst().task();
        assertThat(drain.isAlive()).isTrue();

        mayAnswer.countDown();

        await().until(() -> !drain.isAlive() && !submits.isAlive());
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(store.find(task).attempt()).isZero();
        assertThat(executor.started).doesNotContain(task);
    }

    @Test
    void one_under_way_during_a_drain_whose_reply_is_lost_goes_back_before_the_drain_is_over() {
        CountDownLatch isWritten = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        AtomicBoolean loses = new AtomicBoolean();
        started(1, (method, real) -> {
            Object answer = real.call();
            if (method.equals("enqueue") && loses.getAndSet(false)) {
                isWritten.countDown();
                mayAnswer.await();
                throw new StoreUnavailableException("away", new IllegalStateException("test"));
            }
            return answer;
        });
        loses.set(true);
        Thread submits = Thread.ofVirtual().start(() -> assertThatThrownBy(this::submit));
        await().until(() -> isWritten.getCount() == 0);
        Thread drain = Thread.ofVirtual().start(lifecycle::drain);
        TaskId task = store.tasks.held(lifecycle.id()).getFirst().task();
        // Long enough for a dispatcher that does not wait for it to have ended.
        await().during(Duration.ofMillis(400)).until(lifecycle::draining);

        mayAnswer.countDown();

        await().until(() -> !drain.isAlive() && !submits.isAlive());
        assertThat(store.find(task).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(store.find(task).attempt()).isZero();
    }
}
