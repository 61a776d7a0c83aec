package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.Stream;
import org.claudecluster.worker.store.WaitingRows.Asked;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.result.Reason;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On an H2 in which 100,000 tasks wait that can't be claimed, what is asked often reads what it takes. */
class H2PlanTest {

    private static final Logger LOG = Logger.getLogger(H2PlanTest.class);

    @TempDir
    static Path directory;

    private static AgroalDataSource empty;
    private static AgroalDataSource full;

    @BeforeAll
    static void fill() throws SQLException {
        empty = Databases.open(Databases.h2(directory.resolve("empty")), "sa");
        full = Databases.open(Databases.h2(directory.resolve("full")), "sa");
        WaitingRows.fillH2(full);
    }

    @AfterAll
    static void close() {
        empty.close();
        full.close();
    }

    static Stream<Asked> statements() {
        return WaitingRows.statements();
    }

    @ParameterizedTest
    @MethodSource("statements")
    void what_waits_and_can_t_be_had_is_not_read(Asked asked) throws SQLException {
        String plan = plan("EXPLAIN ANALYZE " + asked.sql(), asked.parameters());

        // What it takes, and the entry at which it ends.
        assertThat(scanned(plan)).as(plan).isLessThanOrEqualTo(6);
    }

    @Test
    void the_depth_is_counted_in_an_index() throws SQLException {
        assertThat(plan("EXPLAIN " + TaskReads.DEPTH)).contains("TASK_BY_").doesNotContain("tableScan", "_DATA");
    }

    @Test
    void the_longest_waiting_is_looked_up() throws SQLException {
        assertThat(scanned(plan("EXPLAIN ANALYZE " + TaskReads.LONGEST_WAITING)))
                .isLessThanOrEqualTo(6);
    }

    @Test
    void a_claim_takes_about_as_long_as_from_an_empty_queue() {
        WaitingRows.Medians medians = WaitingRows.claims(empty, full, 200);

        LOG.infof("claims on H2: %s", medians);
        assertThat(medians.full()).isLessThan(5 * medians.empty());
    }

    @Test
    void while_the_credential_is_paused_nothing_is_claimed() {
        try (JdbcTaskStore store = new JdbcTaskStore(full)) {
            store.pause("credential", Reason.BILLING, Duration.ofHours(1));
            store.enqueue(StoreFixture.newTask(ASpec.asking("due")));

            assertThat(store.claim(WaitingRows.CLAIMANT, 5)).isEmpty();
            store.resume("credential");
            assertThat(store.claim(WaitingRows.CLAIMANT, 5)).hasSize(1);
        }
    }

    private static String plan(String sql, Object... parameters) throws SQLException {
        try (Connection connection = full.getConnection()) {
            return WaitingRows.lines(Sql.query(connection, sql, row -> row.getString(1), parameters));
        }
    }

    /** The most that any part of it has read. */
    private static long scanned(String plan) {
        return WaitingRows.numbers(plan, "scanCount: (\\d+)").max().orElse(0);
    }
}
