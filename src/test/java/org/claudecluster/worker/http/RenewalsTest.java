package org.claudecluster.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.claudecluster.worker.store.JdbcTaskStore;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.junit.jupiter.api.Test;

/** As the application is put together: who reads can't keep a lease from being renewed. */
@QuarkusTest
class RenewalsTest {

    @Inject
    Database database;

    @Inject
    JdbcTaskStore store;

    @Test
    void leases_are_renewed_while_readers_hold_every_connection() {
        AgroalDataSource pool = (AgroalDataSource) database.connections();
        int size = pool.getConfiguration().connectionPoolConfiguration().maxSize();
        List<Connection> held =
                Stream.generate(() -> connection(pool)).limit(size).toList();
        Lease unknown = new Lease(TaskId.create(Instant.EPOCH), new WorkerId("nobody"), 1);

        assertThat(store.renew(Duration.ofSeconds(30), List.of(unknown))).isEmpty();

        held.forEach(RenewalsTest::giveBack);
    }

    private static Connection connection(DataSource pool) {
        try {
            return pool.getConnection();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
