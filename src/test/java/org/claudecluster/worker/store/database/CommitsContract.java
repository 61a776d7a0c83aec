package org.claudecluster.worker.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agroal.api.AgroalDataSource;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.claudecluster.worker.store.Databases;
import org.claudecluster.worker.store.PostgresServer;
import org.claudecluster.worker.store.Together;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What writers are told on PostgreSQL, where one failed statement ends its whole transaction. */
abstract class CommitsContract {

    abstract Commits open(DataSource pool);

    static AgroalDataSource database;

    @BeforeAll
    static void openDatabase() throws SQLException {
        database = Databases.pool(PostgresServer.NEWEST.newEmptyDatabase(), "postgres");
        sql("CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL CHECK (n < 1000))");
    }

    @AfterAll
    static void closeDatabase() {
        database.close();
    }

    @BeforeEach
    void fill() throws SQLException {
        sql("DELETE FROM counter");
        sql("INSERT INTO counter VALUES (1, 0), (2, 0)");
    }

    @Test
    void a_write_that_fails_takes_nobody_with_it() throws Exception {
        try (Commits writes = open(database)) {
            List<Callable<Boolean>> calls = IntStream.range(0, 40)
                    .mapToObj(i -> Together.call(() -> i % 10 == 0 ? isRefused(writes) : isTaken(writes)))
                    .toList();

            assertThat(Together.run(calls)).containsOnly(true);
        }
        assertThat(count(1)).isEqualTo(36);
    }

    private static boolean isTaken(Commits writes) {
        return writes.write(connection -> add(connection, 1)) == 1;
    }

    private static boolean isRefused(Commits writes) {
        assertThatThrownBy(() -> writes.write(
                        connection -> Sql.update(connection, "UPDATE counter SET n = n + 5000 WHERE id = 1")))
                .isInstanceOf(StoreRejectedException.class)
                .hasMessageContainingAll("counter_n_check", "23514");
        return true;
    }

    @Test
    void a_deadlock_between_two_workers_loses_no_write() throws Exception {
        CyclicBarrier bothHoldOne = new CyclicBarrier(2);
        try (Commits ours = open(database);
                Commits theirs = open(database)) {
            List<Integer> rows = Together.run(List.of(
                    () -> ours.write(crossing(1, 2, bothHoldOne)), () -> theirs.write(crossing(2, 1, bothHoldOne))));

            assertThat(rows).containsExactly(2, 2);
        }
        assertThat(count(1)).isEqualTo(2);
        assertThat(count(2)).isEqualTo(2);
    }

    /** Waits between its two locks until the other holds its first; when it is tried again, it does not. */
    private static Commits.Work<Integer> crossing(int first, int second, CyclicBarrier bothHoldOne) {
        AtomicBoolean met = new AtomicBoolean();
        return connection -> {
            int rows = add(connection, first);
            if (met.compareAndSet(false, true)) {
                await(bothHoldOne);
            }
            return rows + add(connection, second);
        };
    }

    @Test
    void a_commit_whose_reply_is_lost_is_not_tried_again() throws SQLException {
        try (Commits writes = open(losingReplies(database))) {
            assertThatThrownBy(() -> writes.write(connection -> add(connection, 1)))
                    .isInstanceOf(StoreUnavailableException.class);
        }
        assertThat(count(1)).isEqualTo(1);
    }

    @Test
    void a_database_that_hangs_is_given_up_after_the_socket_s_time_out() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                AgroalDataSource pool = Databases.pool(silentUrl(silent), "postgres");
                Commits writes = open(pool)) {
            long begun = System.nanoTime();

            assertThatThrownBy(() -> writes.write(connection -> add(connection, 1)))
                    .isInstanceOf(StoreUnavailableException.class);

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
        }
    }

    private static String silentUrl(ServerSocket silent) throws IOException {
        return "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/any?socketTimeout=1&sslmode=disable";
    }

    /** Its commits take effect, and then the connection breaks. */
    private static DataSource losingReplies(DataSource real) {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (_, method, arguments) -> method.getName().equals("getConnection")
                        ? losingReplies(real.getConnection())
                        : method.invoke(real, arguments));
    }

    private static Connection losingReplies(Connection real) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                    Object answer;
                    try {
                        answer = method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (method.getName().equals("commit")) {
                        throw new SQLException("the connection broke", "08006");
                    }
                    return answer;
                });
    }

    private static int add(Connection connection, int id) throws SQLException {
        return Sql.update(connection, "UPDATE counter SET n = n + 1 WHERE id = ?", id);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int count(int id) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return Sql.first(connection, "SELECT n FROM counter WHERE id = ?", row -> row.getInt("n"), id)
                    .orElseThrow();
        }
    }

    private static void sql(String sql) throws SQLException {
        try (Connection connection = database.getConnection()) {
            Sql.update(connection, sql);
        }
    }
}
