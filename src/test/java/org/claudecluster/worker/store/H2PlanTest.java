package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.claudecluster.worker.task.ClaudeOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** On an H2 that holds 1,000 claimable and 10,000 scheduled or foreign tasks, a claim reads what it takes. */
class H2PlanTest {

    private static final String TASKS = """
            INSERT INTO task (id, status, priority, wanted_worker, require_worker, not_before, timeout_ms, max_attempts, prompt,
                              spec, created_at, open_at, turn_at, attempt, epoch, output_bytes, turns)
            SELECT RANDOM_UUID(), 'pending', 5, ?, ?, ?, 300000, 1, 'p', ?, CURRENT_TIMESTAMP,
                   COALESCE(CAST(? AS timestamp(3) with time zone), CURRENT_TIMESTAMP),
                   COALESCE(CAST(? AS timestamp(3) with time zone), CURRENT_TIMESTAMP), 0, 0, 0, 0
              FROM SYSTEM_RANGE(1, CAST(? AS int))
            """;
    private static final String LATER = "2100-01-01 00:00:00+00";

    @TempDir
    static Path directory;

    private static AgroalDataSource database;

    @BeforeAll
    static void fill() throws SQLException {
        database = Databases.open(Databases.h2(directory), "sa");
        String spec = TaskJson.write(new TaskJson.Rest(
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                ClaudeOptions.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
        try (Connection connection = database.getConnection()) {
            Sql.update(connection, TASKS, "dead", true, null, spec, null, null, 5_000);
            Sql.update(connection, TASKS, null, false, LATER, spec, LATER, LATER, 5_000);
            Sql.update(connection, TASKS, null, false, null, spec, null, null, 1_000);
        }
    }

    @AfterAll
    static void close() {
        database.close();
    }

    static Stream<Arguments> statements() {
        return Stream.of(
                asked("claim", Turns.anybody(2), "TASK_BY_TURN", 6, "", "me-1", "me", 30, 30, 5),
                asked("whether we are needed", Turns.needed(2), "TASK_BY_WISH", 2, "me-1", "me"),
                asked("whether a new one is next", Turns.NOTHING_FIRST, "TASK_BY_TURN", 2, ""),
                asked("claim of ours", Turns.OURS, "TASK_BY_WISH", 6, "me", "", 5));
    }

    private static Arguments asked(String name, String sql, String index, int most, @Nullable Object... parameters) {
        return Arguments.of(name, sql, index, most, parameters);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("statements")
    void it_reads_an_index_in_order_and_no_more_than_it_takes(
            String name, String sql, String index, int most, @Nullable Object[] parameters) throws SQLException {
        String plan;
        try (Connection connection = database.getConnection()) {
            plan = Sql.first(connection, "EXPLAIN ANALYZE " + sql, row -> row.getString(1), parameters)
                    .orElseThrow();
        }

        assertThat(plan).contains(index);
        assertThat(Stream.of(plan.split("scanCount: "))
                        .skip(1)
                        .mapToInt(rest ->
                                Integer.parseInt(rest.replaceAll("\\D.*", "").strip()))
                        .max()
                        .orElse(0))
                .isLessThanOrEqualTo(most);
    }
}
