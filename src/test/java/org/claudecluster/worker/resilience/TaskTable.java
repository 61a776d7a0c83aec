package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.flywaydb.core.Flyway;

/**
 * The database as an onlooker sees it, past every link. Writes down each change of a task by a trigger, so that a change
 * that must never happen is seen also when it is undone at once. A task that is claimed by the write which enqueues it was
 * pending for no time.
 */
final class TaskTable {

    private static final List<String> HISTORY = List.of(
            """
            CREATE TABLE task_history (
                change_no bigint GENERATED ALWAYS AS IDENTITY, at timestamptz DEFAULT clock_timestamp(), id uuid,
                was varchar, became varchar, was_epoch bigint, epoch bigint, was_worker varchar, worker varchar,
                attempt int, max_attempts int, same_outcome boolean)
            """,
            """
            CREATE FUNCTION write_history() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF TG_OP = 'INSERT' THEN
                    IF NEW.status <> 'pending' THEN
                        INSERT INTO task_history (id, was, became, was_epoch, epoch, worker, attempt, max_attempts, same_outcome)
                        VALUES (NEW.id, 'pending', NEW.status, 0, NEW.epoch, NEW.worker, NEW.attempt, NEW.max_attempts, TRUE);
                    END IF;
                    RETURN NULL;
                END IF;
                INSERT INTO task_history (id, was, became, was_epoch, epoch, was_worker, worker, attempt, max_attempts,
                                          same_outcome)
                VALUES (NEW.id, OLD.status, NEW.status, OLD.epoch, NEW.epoch, OLD.worker, NEW.worker, NEW.attempt,
                        NEW.max_attempts,
                        (OLD.reason, OLD.message, OLD.result, OLD.exit_code, OLD.exit_signal, OLD.finished_at)
                            IS NOT DISTINCT FROM
                        (NEW.reason, NEW.message, NEW.result, NEW.exit_code, NEW.exit_signal, NEW.finished_at));
                RETURN NULL;
            END $$
            """,
            "CREATE TRIGGER task_changes AFTER INSERT OR UPDATE ON task FOR EACH ROW EXECUTE FUNCTION write_history()");

    private static final String FINAL = "('completed', 'failed', 'cancelled')";

    /** What no change may be; a renewal is a change from running to running. */
    private static final List<String> NEVER = List.of(
            "was IN " + FINAL + " AND (became <> was OR NOT same_outcome)",
            "was = 'pending' AND became NOT IN ('pending', 'running', 'cancelled')",
            "was = 'pending' AND became = 'running' AND (epoch <> was_epoch + 1 OR worker IS NULL)",
            "was = 'running' AND became = 'running' AND (epoch <> was_epoch OR worker <> was_worker)",
            "was = 'running' AND became IN " + FINAL + " AND (epoch <> was_epoch OR worker <> was_worker)",
            "attempt > max_attempts OR attempt < 0");

    private final String url;

    private TaskTable(String url) {
        this.url = url;
    }

    /** With today's schema and the history beside it, in an empty database. */
    static TaskTable create(String url) throws SQLException {
        Flyway.configure()
                .dataSource(url, "postgres", "")
                .locations("classpath:db/migration", "classpath:db/postgresql")
                .load()
                .migrate();
        TaskTable table = new TaskTable(url);
        for (String statement : HISTORY) {
            table.update(statement);
        }
        return table;
    }

    /** A task's row. */
    record Row(
            String status,
            Optional<String> reason,
            Optional<String> worker,
            long epoch,
            int attempt,
            Optional<Instant> leaseUntil,
            Optional<Instant> finishedAt) {}

    Row row(String task) throws SQLException {
        return query("SELECT * FROM task WHERE id = ?", TaskTable::row, UUID.fromString(task))
                .getFirst();
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString("status"),
                Optional.ofNullable(row.getString("reason")),
                Optional.ofNullable(row.getString("worker")),
                row.getLong("epoch"),
                row.getInt("attempt"),
                time(row, "lease_until"),
                time(row, "finished_at"));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    /** The statuses that a task went through, as {@code pending>running}; renewals left out. */
    List<String> changes(String task) throws SQLException {
        return query(
                "SELECT was || '>' || became AS change FROM task_history WHERE id = ? AND was <> became ORDER BY change_no",
                row -> row.getString("change"),
                UUID.fromString(task));
    }

    /** Changes of a task so far, renewals included. */
    long changesOf(String task) throws SQLException {
        return count("SELECT count(*) FROM task_history WHERE id = ?", UUID.fromString(task));
    }

    /**
     * How many more urgent tasks were still waiting, at most, when a task was claimed. A rival that stands still in the
     * middle of a claim makes what it has in hand late by any number of places, but nothing else.
     */
    long mostOvertaken() throws SQLException {
        return count("""
                WITH claimed AS (
                    SELECT id, row_number() OVER (ORDER BY change_no) AS turn
                      FROM task_history WHERE was = 'pending' AND became = 'running'),
                ordered AS (
                    SELECT turn, row_number() OVER (ORDER BY priority DESC, enqueue_no) AS due
                      FROM claimed JOIN task USING (id))
                SELECT max(due - turn) FROM ordered
                """);
    }

    /** Holds that no task ever changed in a way that must not be. */
    void requireLawfulHistory() throws SQLException {
        for (String never : NEVER) {
            assertThat(query(
                            "SELECT id || ': ' || was || '>' || became || ' attempt ' || attempt AS change"
                                    + " FROM task_history WHERE " + never,
                            row -> row.getString("change")))
                    .as("changes that must never be: %s", never)
                    .isEmpty();
        }
    }

    /** What is stored of a transcript, records and all, each byte a character. */
    String transcript(String task) throws SQLException {
        return String.join(
                "",
                query(
                        "SELECT records FROM transcript_chunk WHERE task = ? ORDER BY first_seq",
                        row -> new String(row.getBytes("records"), StandardCharsets.ISO_8859_1),
                        UUID.fromString(task)));
    }

    List<String> ids() throws SQLException {
        return query("SELECT id FROM task ORDER BY enqueue_no", row -> row.getString("id"));
    }

    long count(String sql, Object... parameters) throws SQLException {
        return query(sql, row -> row.getLong(1), parameters).getFirst();
    }

    int update(String sql, Object... parameters) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            return statement.executeUpdate();
        }
    }

    /** Changes a task as no worker would; the history keeps silent about it. */
    int meddle(String sql, Object... parameters) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement silence = connection.prepareStatement("SET session_replication_role = replica");
                PreparedStatement statement = connection.prepareStatement(sql)) {
            silence.execute();
            bind(statement, parameters);
            return statement.executeUpdate();
        }
    }

    interface RowMapper<T> {
        T map(ResultSet row) throws SQLException;
    }

    <T> List<T> query(String sql, RowMapper<T> mapper, Object... parameters) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            try (ResultSet rows = statement.executeQuery()) {
                List<T> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(mapper.map(rows));
                }
                return found;
            }
        }
    }

    private static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, "postgres", "");
    }
}
