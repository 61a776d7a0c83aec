package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agroal.api.AgroalDataSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database that lacks most characters: what it rejects is the caller's to hear of, and nobody else's. */
class RejectedTest extends StoreFixture {

    private static AgroalDataSource database;

    private final AtomicInteger drops = new AtomicInteger();

    @BeforeAll
    static void open() {
        database = Databases.open(
                PostgresServer.NEWEST.newEmptyDatabase("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"), "postgres");
    }

    @AfterAll
    static void closeDatabase() {
        database.close();
    }

    @Override
    DataSource dataSource() {
        return database;
    }

    @BeforeEach
    void countDrops() {
        store.close();
        store = new JdbcTaskStore(new Database(database, database, true, drops::incrementAndGet), Duration.ZERO);
    }

    private void assertRejected(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(StoreRejectedException.class)
                .hasMessageContainingAll("the store rejects it", "LATIN1", "22P05");
        assertThat(drops).hasValue(0);
    }

    @Test
    void a_submit_is_told_what_the_store_does_not_take_and_drops_no_connection() {
        assertRejected(() -> enqueue("5 €"));
        assertThat(claimPrompts(ME, 1)).isEmpty();
    }

    @Test
    void who_shares_its_commit_is_not_told() throws Exception {
        List<Callable<Boolean>> calls = IntStream.range(0, 40)
                .mapToObj(i -> Together.call(() -> i % 10 == 0 ? isRejected() : isTaken()))
                .toList();

        assertThat(Together.run(calls)).containsOnly(true);
        assertThat(claimPrompts(ME, 50)).hasSize(36);
    }

    private boolean isTaken() {
        return status(enqueue("5 EUR")) == TaskStatus.PENDING;
    }

    private boolean isRejected() {
        assertRejected(() -> enqueue("5 €"));
        return true;
    }

    @Test
    void a_question_is_told_so_too() {
        assertRejected(() -> store.paused("€"));
    }

    @Test
    void an_outcome_that_is_rejected_leaves_the_task_to_its_holder() {
        Task task = claimed("whole");
        Outcome euros = new Outcome.Failed(Reason.EXIT_NONZERO, "5 €", new Ending.Exited(1));

        assertRejected(() -> store.finish(task.lease(), new Finish(euros, Optional.empty(), Progress.NONE)));

        assertThat(status(task.id())).isEqualTo(TaskStatus.RUNNING);
        assertThat(store.finish(task.lease(), DONE)).isTrue();
    }
}
