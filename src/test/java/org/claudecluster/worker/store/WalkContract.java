package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.store.CancelAnswer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever happens in whatever order: at most one owner, a final state never changes, never an attempt too many. */
abstract class WalkContract extends StoreFixture {

    private static final int STEPS = 250;
    private static final int WALKERS = 4;

    /** Some that never change, so that a failure comes back, and one that is new each time. */
    static LongStream seeds() {
        return LongStream.concat(
                LongStream.rangeClosed(1, 3),
                LongStream.of(ThreadLocalRandom.current().nextLong(1_000_000)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_random_walk_is_the_walk_of_the_model(long seed) {
        TaskModel model = new TaskModel(new Random(seed), this, store);

        IntStream.range(0, STEPS).forEach(step -> model.step("seed " + seed + ", step " + step));

        assertThat(model.finals()).as("the walk went somewhere").isPositive();
    }

    @Test
    void walkers_that_race_each_other_give_each_task_one_end() throws Exception {
        List<TaskId> tasks = IntStream.range(0, 60)
                .mapToObj(i -> enqueue(ASpec.asking("task " + i).maxAttempts(1 + i % 3)))
                .toList();
        Ends ends = new Ends();

        try (JdbcTaskStore replica = open(Duration.ZERO)) {
            List<JdbcTaskStore> replicas = List.of(store, replica);
            Together.run(IntStream.range(0, WALKERS)
                    .<Callable<Object>>mapToObj(
                            i -> () -> ends.walk(replicas.get(i % 2), claimant("walker-" + i, "walker-" + i), tasks))
                    .toList());
        }

        assertThat(tasks).allSatisfy(task -> {
            assertThat(status(task).isFinal()).isTrue();
            assertThat(ends.of(task)).as("ends of %s", task).isEqualTo(1);
            assertThat(found(task).attempt()).isLessThanOrEqualTo(3);
        });
        assertThat(ends.epochs).as("one owner for each epoch").doesNotHaveDuplicates();
    }

    /** What walkers were told: each end that somebody was told to have written, and each claim. */
    private final class Ends {

        private final Map<TaskId, AtomicInteger> ends = new ConcurrentHashMap<>();
        private final ConcurrentLinkedQueue<String> epochs = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Lease> leases = new ConcurrentLinkedQueue<>();

        int of(TaskId task) {
            return ends.getOrDefault(task, new AtomicInteger()).get();
        }

        private void ended(TaskId task) {
            ends.computeIfAbsent(task, _ -> new AtomicInteger()).incrementAndGet();
        }

        /** Until nothing is left to be done; at random, with leases of its own and of others. */
        Object walk(JdbcTaskStore replica, Claimant self, List<TaskId> tasks) {
            while (tasks.stream().anyMatch(task -> !status(task).isFinal())) {
                int dice = ThreadLocalRandom.current().nextInt(10);
                switch (dice) {
                    case 0, 1, 2 -> replica.claim(self, 3).forEach(this::claimed);
                    case 3, 4, 5, 6 -> finishOne(replica);
                    case 7 -> leaseRunsOut(oneOf(tasks));
                    case 8 ->
                        replica.reap(self.id(), false).stream()
                                .filter(task -> task.status().isFinal())
                                .map(Task::id)
                                .forEach(this::ended);
                    default -> cancel(replica, oneOf(tasks));
                }
            }
            return self;
        }

        private void claimed(Task task) {
            epochs.add(task.id() + " " + task.epoch());
            leases.add(task.lease());
        }

        private void finishOne(JdbcTaskStore replica) {
            Lease lease = leases.poll();
            if (lease != null && replica.finish(lease, DONE)) {
                ended(lease.task());
            }
        }

        private void leaseRunsOut(TaskId task) {
            sql(
                    "UPDATE task SET lease_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND"
                            + " WHERE id = ? AND status = 'running'",
                    task);
        }

        private void cancel(JdbcTaskStore replica, TaskId task) {
            if (replica.tasks(Tenant.DEFAULT).cancel(task) == CancelAnswer.CANCELLED) {
                ended(task);
            }
        }

        private static TaskId oneOf(List<TaskId> tasks) {
            return tasks.get(ThreadLocalRandom.current().nextInt(tasks.size()));
        }
    }
}
