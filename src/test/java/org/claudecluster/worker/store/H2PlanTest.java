package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.claudecluster.worker.store.WaitingRows.Asked;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.TaskFilter;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** On an H2 in which 100,000 tasks wait that can't be claimed, what is asked often reads what it takes. */
class H2PlanTest {

    private static final Logger LOG = Logger.getLogger(H2PlanTest.class);

    /** Older than all that others have. */
    private static final String OF_A_SMALL_TENANT = """
            INSERT INTO task (id, tenant, status, priority, require_worker, timeout_ms, max_attempts, prompt, spec, created_at,
                              attempt, epoch, output_bytes, turns)
            SELECT RANDOM_UUID(), 'small', CASE MOD(x, 2) WHEN 0 THEN 'completed' ELSE 'failed' END, 5, FALSE, 300000, 1, 'p',
                   '{}', CURRENT_TIMESTAMP, 1, 1, 0, 0
              FROM SYSTEM_RANGE(1, 200)
            """;

    @TempDir
    static Path directory;

    private static AgroalDataSource empty;
    private static AgroalDataSource full;

    @BeforeAll
    static void fill() throws SQLException {
        empty = Databases.open(Databases.h2(directory.resolve("empty")), "sa");
        full = Databases.open(Databases.h2(directory.resolve("full")), "sa");
        try (Connection connection = full.getConnection()) {
            Sql.update(connection, OF_A_SMALL_TENANT);
        }
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

    static Stream<Arguments> lists() {
        return Stream.of(
                Arguments.of("small", Optional.empty()),
                Arguments.of("small", Optional.of(TaskStatus.COMPLETED)),
                Arguments.of("default", Optional.empty()),
                Arguments.of("default", Optional.of(TaskStatus.PENDING)));
    }

    @ParameterizedTest
    @MethodSource("lists")
    void a_page_reads_what_it_shows(String tenant, Optional<TaskStatus> status) throws SQLException {
        List<Object> parameters = new ArrayList<>();
        String sql = TaskLists.weights(
                new Tenant(tenant),
                new TaskFilter(status, Optional.empty(), Map.of(), Optional.empty(), 5),
                Set.of(),
                parameters);

        String plan = plan("EXPLAIN ANALYZE " + sql, parameters.toArray());

        assertThat(scanned(plan)).as(plan).isLessThanOrEqualTo(8);
    }

    static Stream<String> byId() {
        return Stream.of(
                TenantWrites.CANCEL_PENDING, TenantWrites.CANCEL_RUNNING, TenantWrites.INTERRUPT, TenantWrites.DELETE);
    }

    @ParameterizedTest
    @MethodSource("byId")
    void what_is_done_to_a_tenant_s_task_looks_it_up(String sql) throws SQLException {
        assertThat(plan("EXPLAIN " + sql, UUID.randomUUID(), "default")).containsPattern("TASK_BY_ID\\w*: ID =");
    }

    @Test
    void five_hundred_open_tasks_are_looked_up() throws SQLException {
        Object[] parameters = new Object[501];
        Arrays.fill(parameters, UUID.randomUUID());
        parameters[500] = "default";

        assertThat(plan("EXPLAIN " + TenantReads.OPEN, parameters)).containsPattern("TASK_BY_ID\\w*: ID IN");
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
