package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Attempt;
import org.claudecluster.worker.task.store.AttemptEnd;
import org.claudecluster.worker.task.store.CancelAnswer;
import org.claudecluster.worker.task.store.DeleteAnswer;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.Park;
import org.jspecify.annotations.Nullable;

/**
 * The state machine in plain Java, walked at random beside a store: each answer and each row must be the model's. Leases
 * of every age are tried, since those that must be refused are the interesting ones.
 */
final class TaskModel {

    private static final List<Claimant> WORKERS = List.of(StoreFixture.ME, StoreFixture.OTHER);
    private static final int MOST_TASKS = 30;

    private final Random random;
    private final StoreFixture fixture;
    private final JdbcTaskStore store;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Lease> leases = new ArrayList<>();

    TaskModel(Random random, StoreFixture fixture, JdbcTaskStore store) {
        this.random = random;
        this.fixture = fixture;
        this.store = store;
    }

    /** What the model knows of a task; in the order in which they were enqueued. */
    private static final class Entry {

        private final TaskId id;
        private final int priority;
        private final int maxAttempts;
        private TaskStatus status = TaskStatus.PENDING;
        private int attempt;
        private long epoch;
        private @Nullable Claimant owner;
        private boolean cancelRequested;
        private boolean ranOut;
        private boolean parked;
        /** One for each claim; the last is null while it runs. */
        private final List<AttemptEnd.@Nullable Kind> ledger = new ArrayList<>();

        Entry(TaskId id, int priority, int maxAttempts) {
            this.id = id;
            this.priority = priority;
            this.maxAttempts = maxAttempts;
        }

        boolean isHeldBy(Lease lease) {
            return status == TaskStatus.RUNNING && owner != null && lease.equals(new Lease(id, owner.id(), epoch));
        }

        void endAttempt(AttemptEnd.Kind kind) {
            ledger.set(ledger.size() - 1, kind);
        }

        void waitAgain() {
            status = TaskStatus.PENDING;
            owner = null;
        }

        void end(TaskStatus end) {
            status = end;
        }
    }

    /** One thing, and a look at every task. */
    void step(String name) {
        int dice = random.nextInt(20);
        switch (dice) {
            case 0, 1, 2, 3 -> enqueue(name);
            case 4, 5, 6, 7 -> claim(name);
            case 8, 9, 10 -> finish(name);
            case 11 -> renew(name);
            case 12 -> giveBack(name);
            case 13 -> park(name);
            case 14, 15 -> cancel(name);
            case 16, 17 -> runOut();
            case 18 -> reap(name);
            default -> delete(name);
        }
        entries.forEach(entry -> requireSame(name, entry));
    }

    long finals() {
        return entries.stream().filter(entry -> entry.status.isFinal()).count();
    }

    private void requireSame(String name, Entry entry) {
        Task task = fixture.found(entry.id);
        assertThat(task.status()).as("%s: status of %s", name, entry.id).isEqualTo(entry.status);
        assertThat(task.attempt()).as("%s: attempt of %s", name, entry.id).isEqualTo(entry.attempt);
        assertThat(task.attempt()).as(name).isLessThanOrEqualTo(entry.maxAttempts);
        assertThat(task.epoch()).as("%s: epoch of %s", name, entry.id).isEqualTo(entry.epoch);
        if (entry.status == TaskStatus.RUNNING) {
            assertThat(task.worker())
                    .as(name)
                    .isEqualTo(Optional.ofNullable(entry.owner).map(Claimant::id));
        }
        requireSameLedger(name, entry);
    }

    /** Each claim has one row, and each row that does not run has an end. */
    private void requireSameLedger(String name, Entry entry) {
        List<Attempt> attempts = store.tasks(Tenant.DEFAULT).attempts(entry.id);
        assertThat(attempts)
                .as("%s: claims of %s", name, entry.id)
                .extracting(attempt -> attempt.lease().epoch())
                .isEqualTo(LongStream.rangeClosed(1, entry.epoch).boxed().toList());
        assertThat(attempts)
                .as("%s: ends of the claims of %s", name, entry.id)
                .extracting(attempt ->
                        attempt.ended().map(ended -> ended.how().kind()).orElse(null))
                .isEqualTo(entry.ledger);
    }

    private void enqueue(String name) {
        if (entries.size() < MOST_TASKS) {
            int priority = 1 + random.nextInt(10);
            int maxAttempts = 1 + random.nextInt(3);
            NewTask task = StoreFixture.newTask(
                    ASpec.asking("walks").priority(priority).maxAttempts(maxAttempts));
            Entry entry = new Entry(task.id(), priority, maxAttempts);
            if (random.nextBoolean()) {
                assertThat(store.enqueue(task)).as(name).isInstanceOf(Enqueued.Created.class);
            } else {
                enqueueAtOnce(name, task, entry);
            }
            entries.add(entry);
        }
    }

    private void enqueueAtOnce(String name, NewTask task, Entry entry) {
        Claimant worker = oneOf(WORKERS);
        boolean isNext = entries.stream().noneMatch(other -> other.status == TaskStatus.PENDING && !other.parked);
        Enqueued answer = store.enqueue(task, worker);
        assertThat(answer instanceof Enqueued.Claimed)
                .as("%s: enqueue at once", name)
                .isEqualTo(isNext);
        if (answer instanceof Enqueued.Claimed(Task claimed)) {
            claim(entry, worker);
            leases.add(claimed.lease());
        }
    }

    private static void claim(Entry entry, Claimant worker) {
        entry.status = TaskStatus.RUNNING;
        entry.owner = worker;
        entry.epoch++;
        entry.attempt++;
        entry.ranOut = false;
        entry.ledger.add(null);
    }

    private void claim(String name) {
        Claimant worker = oneOf(WORKERS);
        int slots = 1 + random.nextInt(3);
        // Sorting is stable, so equals stay in the order of their enqueueing.
        List<Entry> expected = entries.stream()
                .filter(entry -> entry.status == TaskStatus.PENDING && !entry.parked)
                .sorted(Comparator.comparingInt((Entry entry) -> -entry.priority))
                .limit(slots)
                .toList();

        List<Task> claimed = store.claim(worker, slots);

        assertThat(claimed)
                .extracting(Task::id)
                .as(name + ": claim")
                .containsExactlyElementsOf(
                        expected.stream().map(entry -> entry.id).toList());
        expected.forEach(entry -> claim(entry, worker));
        claimed.forEach(task -> leases.add(task.lease()));
    }

    private void finish(String name) {
        aLease().forEach(lease -> {
            boolean held = holder(lease).isPresent();
            assertThat(store.finish(lease, StoreFixture.DONE))
                    .as(name + ": finish")
                    .isEqualTo(held);
            holder(lease).ifPresent(entry -> {
                entry.endAttempt(AttemptEnd.Kind.COMPLETED);
                entry.end(TaskStatus.COMPLETED);
            });
        });
    }

    private void renew(String name) {
        List<Lease> asked = Stream.generate(this::aLease)
                .limit(4)
                .flatMap(List::stream)
                .distinct()
                .toList();
        Set<Lease> expected = new HashSet<>();
        for (Lease lease : asked) {
            holder(lease).ifPresent(entry -> {
                entry.ranOut = false;
                expected.add(lease);
            });
        }
        assertThat(store.renew(StoreFixture.ME.lease(), asked))
                .as(name + ": renew")
                .isEqualTo(expected);
    }

    private void giveBack(String name) {
        aLease().forEach(lease -> {
            assertThat(store.giveBack(lease)).as(name + ": give back").isEqualTo(sentBack(lease));
            holder(lease).ifPresent(entry -> uncounted(entry, AttemptEnd.Kind.GIVEN_BACK));
        });
    }

    private void park(String name) {
        Instant later = Instant.now().plusSeconds(3_600);
        Park park = new Park(new Parked(Reason.USAGE_LIMIT, "limit"), later, later, Optional.empty());
        aLease().forEach(lease -> {
            assertThat(store.park(lease, park, Account.NONE))
                    .as(name + ": park")
                    .isEqualTo(sentBack(lease));
            holder(lease).ifPresent(entry -> {
                entry.parked = true;
                uncounted(entry, AttemptEnd.Kind.PARKED);
            });
        });
    }

    private Optional<TaskStatus> sentBack(Lease lease) {
        return holder(lease).map(entry -> entry.cancelRequested ? TaskStatus.CANCELLED : TaskStatus.PENDING);
    }

    private static void uncounted(Entry entry, AttemptEnd.Kind kind) {
        if (entry.cancelRequested) {
            entry.endAttempt(AttemptEnd.Kind.CANCELLED);
            entry.end(TaskStatus.CANCELLED);
            return;
        }
        entry.endAttempt(kind);
        entry.attempt--;
        entry.waitAgain();
    }

    private void cancel(String name) {
        anEntry().forEach(entry -> {
            CancelAnswer expected = switch (entry.status) {
                case PENDING -> CancelAnswer.CANCELLED;
                case RUNNING -> CancelAnswer.REQUESTED;
                case COMPLETED, FAILED, CANCELLED -> CancelAnswer.ALREADY_FINAL;
            };
            assertThat(store.tasks(Tenant.DEFAULT).cancel(entry.id))
                    .as(name + ": cancel")
                    .isEqualTo(expected);
            switch (entry.status) {
                case PENDING -> entry.end(TaskStatus.CANCELLED);
                case RUNNING -> entry.cancelRequested = true;
                case COMPLETED, FAILED, CANCELLED -> entry.end(entry.status);
            }
        });
    }

    private void runOut() {
        anEntry().stream().filter(entry -> entry.status == TaskStatus.RUNNING).forEach(entry -> {
            fixture.leaseRanOut(entry.id);
            entry.ranOut = true;
        });
    }

    private void reap(String name) {
        Claimant self = oneOf(WORKERS);
        boolean othersAreDead = random.nextInt(4) == 0;
        List<Entry> abandoned = entries.stream()
                .filter(entry -> entry.status == TaskStatus.RUNNING)
                .filter(entry -> entry.ranOut || (othersAreDead && !self.equals(entry.owner)))
                .toList();

        List<Task> reaped = store.reap(self.id(), othersAreDead);

        assertThat(reaped)
                .extracting(Task::id)
                .as(name + ": reap")
                .containsExactlyInAnyOrderElementsOf(
                        abandoned.stream().map(entry -> entry.id).toList());
        abandoned.forEach(TaskModel::lost);
    }

    private static void lost(Entry entry) {
        entry.endAttempt(entry.cancelRequested ? AttemptEnd.Kind.CANCELLED : AttemptEnd.Kind.LOST);
        if (entry.cancelRequested) {
            entry.end(TaskStatus.CANCELLED);
        } else if (entry.attempt < entry.maxAttempts) {
            entry.waitAgain();
        } else {
            entry.end(TaskStatus.FAILED);
        }
    }

    private void delete(String name) {
        anEntry().forEach(entry -> {
            boolean isFinal = entry.status.isFinal();
            assertThat(store.tasks(Tenant.DEFAULT).delete(entry.id))
                    .as(name + ": delete")
                    .isEqualTo(isFinal ? DeleteAnswer.DELETED : DeleteAnswer.NOT_FINAL);
            if (isFinal) {
                entries.remove(entry);
            }
        });
    }

    private Optional<Entry> holder(Lease lease) {
        return entries.stream().filter(entry -> entry.isHeldBy(lease)).findFirst();
    }

    /** None as long as there is none. */
    private List<Lease> aLease() {
        return leases.isEmpty() ? List.of() : List.of(oneOf(leases));
    }

    private List<Entry> anEntry() {
        return entries.isEmpty() ? List.of() : List.of(oneOf(entries));
    }

    private <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
