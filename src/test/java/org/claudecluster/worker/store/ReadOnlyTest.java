package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.agroal.api.AgroalDataSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.store.database.Reserve;
import org.claudecluster.worker.store.database.StoreFailures;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.StoreUnavailableException.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A PostgreSQL that takes no writes for a while, as behind a name that still leads to the old primary. */
class ReadOnlyTest extends StoreFixture {

    private static final PostgresServer SERVER = PostgresServer.NEWEST;

    private static String url;
    private static AgroalDataSource database;

    private AgroalDataSource renewals;

    @BeforeAll
    static void open() {
        url = SERVER.newEmptyDatabase();
        database = Databases.open(url, "postgres");
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
    void dropAsTheServiceDoes() {
        store.close();
        renewals = Reserve.beside(database);
        store = new JdbcTaskStore(
                new Database(database, renewals, true, () -> {
                    database.flush(AgroalDataSource.FlushMode.GRACEFUL);
                    renewals.flush(AgroalDataSource.FlushMode.GRACEFUL);
                }),
                Duration.ZERO);
    }

    @AfterEach
    void becomeWritable() {
        SERVER.execute("ALTER DATABASE " + PostgresServer.name(url) + " RESET default_transaction_read_only");
        renewals.close();
        database.flush(AgroalDataSource.FlushMode.ALL);
        await().until(() -> SERVER.sessions(url) == 0);
    }

    /** New sessions only, so that none is left of those that were there. */
    private static void becomeReadOnly() {
        SERVER.execute("ALTER DATABASE " + PostgresServer.name(url) + " SET default_transaction_read_only = on");
        database.flush(AgroalDataSource.FlushMode.ALL);
        await("a pool flushes in the background").until(() -> SERVER.sessions(url) == 0);
    }

    /** New sessions only: those that are there go on reading, unless somebody drops them. */
    private static void acceptNewWriters() {
        SERVER.execute("ALTER DATABASE " + PostgresServer.name(url) + " RESET default_transaction_read_only");
    }

    private static void assertReadOnly(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StoreUnavailableException.class, told -> {
            assertThat(told.kind()).isEqualTo(Kind.READ_ONLY);
            assertThat(told).hasMessage(StoreFailures.READ_ONLY);
        });
    }

    @Test
    void a_read_only_store_answers_questions_and_tells_writers_why_not() throws Exception {
        Task running = claimed("runs");
        becomeReadOnly();

        Callable<Boolean> submit = () -> {
            assertReadOnly(() -> enqueue("no"));
            return true;
        };
        assertThat(Together.run(Stream.generate(() -> submit).limit(20).toList()))
                .containsOnly(true);
        assertReadOnly(() -> store.renew(Duration.ofSeconds(30), List.of(running.lease())));
        assertReadOnly(() -> store.finish(running.lease(), DONE));
        assertReadOnly(() -> store.requireWritable());
        assertThat(status(running.id())).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void it_heals_once_somebody_has_looked_whether_it_takes_writes() {
        Task running = claimed("runs");
        becomeReadOnly();
        assertReadOnly(() -> store.renew(Duration.ofSeconds(30), List.of(running.lease())));
        assertReadOnly(() -> enqueue("no"));
        acceptNewWriters();
        // These sessions began too early.
        assertReadOnly(() -> enqueue("no"));

        assertReadOnly(() -> store.requireWritable());

        await().ignoreExceptions().until(() -> isWritable(store));
        await().ignoreExceptions()
                .until(() -> store.renew(Duration.ofSeconds(30), List.of(running.lease()))
                        .contains(running.lease()));
        assertThat(store.finish(running.lease(), DONE)).isTrue();
    }

    private static boolean isWritable(JdbcTaskStore store) {
        store.requireWritable();
        return true;
    }

    @Test
    void a_right_that_was_taken_away_is_the_store_s_fault_and_no_request_s() {
        String role = "r" + PostgresServer.name(url);
        SERVER.execute("CREATE ROLE " + role + " LOGIN");
        sql("GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
        try (AgroalDataSource theirs = Databases.pool(url, role);
                JdbcTaskStore limited = new JdbcTaskStore(theirs)) {
            assertThatThrownBy(limited::requireWritable)
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContainingAll("lacks a right", "task");

            sql("GRANT UPDATE ON ALL TABLES IN SCHEMA public TO " + role);

            assertThatNoException().isThrownBy(limited::requireWritable);
        }
    }
}
