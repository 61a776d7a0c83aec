package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.claudecluster.worker.store.JdbcTaskStore;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.NewTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two that write to the same task at the same moment, in a real PostgreSQL. */
class RaceIT {

    private static final int ROUNDS = 1_000;
    private static final Claimant OWNER = new Claimant(
            new WorkerId("owner"),
            Set.of("owner"),
            "stub",
            Optional.empty(),
            Sessions.NONE,
            Duration.ofSeconds(30),
            Duration.ZERO);
    private static final WorkerId REAPER = new WorkerId("reaper");
    private static final Finish DONE =
            new Finish(new Outcome.Completed(new Ending.Exited(0), Optional.empty()), Optional.empty(), Progress.NONE);

    private Database database;
    private AgroalDataSource pool;
    private JdbcTaskStore owners;
    private JdbcTaskStore reapers;
    private ExecutorService threads;

    @BeforeEach
    void open() throws SQLException {
        database = Database.create();
        pool = database.pool();
        owners = new JdbcTaskStore(pool);
        reapers = new JdbcTaskStore(pool);
        threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    @AfterEach
    void close() throws SQLException {
        threads.close();
        owners.close();
        reapers.close();
        pool.close();
        database.close();
    }

    /** What became of a task that one wanted to finish while the other took it for lost. */
    private enum Winner {
        OWNER,
        REAPER
    }

    @Test
    void of_a_finish_and_a_reaper_at_the_same_moment_exactly_one_wins() throws Exception {
        assertThat(winnersOfAllRounds())
                .as("each of them won at least once")
                .containsExactlyInAnyOrder(Winner.values());
        database.table().requireLawfulHistory();
    }

    private Set<Winner> winnersOfAllRounds() throws Exception {
        Set<Winner> winners = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            winners.add(race(abandoned(1 + round % 2), round % 2 == 0));
        }
        return winners;
    }

    /** A task that its owner still runs, although its lease has run out. */
    private Lease abandoned(int maxAttempts) throws SQLException {
        NewTask task = new NewTask(
                TaskId.create(Instant.now()),
                Submitter.UNKNOWN,
                ASpec.asking("contested").maxAttempts(maxAttempts).build(),
                Optional.empty());
        owners.enqueue(task);
        Lease lease = owners.claim(OWNER, 1).getFirst().lease();
        database.table()
                .update(
                        "UPDATE task SET lease_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND WHERE id = ?",
                        task.id().value());
        return lease;
    }

    private Winner race(Lease lease, boolean ownerFirst) throws Exception {
        Callable<Boolean> finish = () -> owners.finish(lease, DONE);
        Callable<Boolean> reap = () ->
                reapers.reap(REAPER, false).stream().anyMatch(task -> task.id().equals(lease.task()));
        Future<Boolean> first = threads.submit(ownerFirst ? finish : reap);
        Future<Boolean> second = threads.submit(ownerFirst ? reap : finish);
        boolean finished = ownerFirst ? first.get() : second.get();
        boolean reaped = ownerFirst ? second.get() : first.get();
        assertThat(finished).as("finished, while reaped is %s", reaped).isNotEqualTo(reaped);
        Task end = owners.tasks(Tenant.DEFAULT).find(lease.task()).orElseThrow();
        if (finished) {
            assertThat(end.status()).isEqualTo(TaskStatus.COMPLETED);
            return Winner.OWNER;
        }
        assertThat(end.status()).isEqualTo(end.spec().maxAttempts() == 1 ? TaskStatus.FAILED : TaskStatus.PENDING);
        owners.tasks(Tenant.DEFAULT).cancel(end.id());
        return Winner.REAPER;
    }

    @Test
    void rivals_on_two_stores_never_get_the_same_task() throws Exception {
        IntStream.range(0, ROUNDS)
                .forEach(_ -> owners.enqueue(new NewTask(
                        TaskId.create(Instant.now()),
                        Submitter.UNKNOWN,
                        ASpec.asking("one of many").build(),
                        Optional.empty())));

        List<Callable<List<TaskId>>> rivals = IntStream.range(0, 8)
                .<Callable<List<TaskId>>>mapToObj(i -> () -> claimAll(i % 2 == 0 ? owners : reapers))
                .toList();
        List<TaskId> claimed = threads.invokeAll(rivals).stream()
                .flatMap(rival -> rival.resultNow().stream())
                .toList();

        assertThat(claimed).hasSize(ROUNDS).doesNotHaveDuplicates();
    }

    private static List<TaskId> claimAll(JdbcTaskStore store) {
        List<TaskId> all = new ArrayList<>();
        do {
            store.claim(OWNER, 5).forEach(task -> all.add(task.id()));
        } while (store.depth().pending() > 0);
        return all;
    }
}
