package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.DeleteAnswer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What forgets may wait as long as it has to: nobody waits behind it. */
class RemovalsTest extends StoreFixture {

    private static AgroalDataSource database;

    @BeforeAll
    static void openDatabase() {
        database = PostgresServer.NEWEST.newDatabase();
    }

    @AfterAll
    static void closeDatabase() {
        database.close();
    }

    @Override
    DataSource dataSource() {
        return database;
    }

    @Test
    void a_purge_and_a_delete_that_wait_for_a_row_hold_up_no_submit_claim_or_outcome() throws SQLException {
        Task old = finished("old");
        sql("UPDATE task SET finished_at = finished_at - INTERVAL '1' DAY WHERE id = ?", old.id());
        try (Connection holder = database.getConnection()) {
            holder.setAutoCommit(false);
            Sql.query(
                    holder,
                    "SELECT id FROM task WHERE id = ? FOR UPDATE",
                    TaskRow::id,
                    old.id().value());
            var purged = CompletableFuture.supplyAsync(() -> store.purge(Duration.ofHours(1), 10));
            var deleted = CompletableFuture.supplyAsync(() -> tasks.delete(old.id()));
            awaitWaiter();

            Task next = claimed("next");
            assertThat(store.finish(next.lease(), DONE)).isTrue();
            assertThat(status(next.id())).isEqualTo(TaskStatus.COMPLETED);
            assertThat(purged).isNotDone();
            assertThat(deleted).isNotDone();

            holder.rollback();
            assertThat(purged.join().size() + (deleted.join() == DeleteAnswer.DELETED ? 1 : 0))
                    .isEqualTo(1);
        }
    }

    private static void awaitWaiter() {
        await().until(() -> waiters() > 0);
    }

    private static int waiters() throws SQLException {
        try (Connection connection = database.getConnection()) {
            return Sql.query(
                            connection,
                            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                            row -> row.getInt("pid"))
                    .size();
        }
    }
}
