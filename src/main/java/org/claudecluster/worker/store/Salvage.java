package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.database.Sql.text;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.WorkerId;
import org.jboss.logging.Logger;

/**
 * Reads as much as can be shown of a row that holds what it must not: a list must not fail for one of its tasks.
 * Nothing is run by this, see {@link Unreadable}.
 */
final class Salvage {

    private static final Logger LOG = Logger.getLogger(Salvage.class);

    private static final String NO_PROMPT = "(unreadable)";
    private static final int SHORT_PROMPT = TaskSpec.MAX_PROMPT_BYTES / 3;

    private Salvage() {}

    interface Reading<T> {
        T read() throws SQLException;
    }

    /** What the row says, or the other where it can't be read. */
    static <T> T of(Reading<T> whole, Reading<T> otherwise) throws SQLException {
        try {
            return whole.read();
        } catch (RuntimeException e) {
            LOG.debugf("a part of a row can't be read: %s", e.getClass());
            return otherwise.read();
        }
    }

    static <T> Optional<T> optional(Reading<Optional<T>> whole) throws SQLException {
        return of(whole, Optional::empty);
    }

    /** With the nearest that is allowed of each column, and without what is unreadable. */
    static TaskSpec spec(ResultSet row) throws SQLException {
        TaskJson.Rest rest = of(() -> TaskJson.readableParts(row.getString("spec")), () -> TaskJson.Rest.NONE);
        return of(() -> spec(row, rest), () -> spec(row, TaskJson.Rest.NONE));
    }

    private static TaskSpec spec(ResultSet row, TaskJson.Rest rest) throws SQLException {
        Optional<String> wanted =
                optional(() -> text(row, "wanted_worker").map(WorkerId::new).map(WorkerId::value));
        return new TaskSpec(
                prompt(row),
                wanted,
                row.getBoolean("require_worker") && wanted.isPresent(),
                Math.clamp(row.getInt("priority"), TaskSpec.MIN_PRIORITY, TaskSpec.MAX_PRIORITY),
                rest.metadata(),
                rest.labels(),
                Duration.ofMillis(Math.clamp(
                        row.getLong("timeout_ms"), TaskSpec.MIN_TIMEOUT.toMillis(), TaskSpec.MAX_TIMEOUT.toMillis())),
                Math.clamp(row.getInt("max_attempts"), 1, TaskSpec.MAX_ATTEMPTS),
                Optional.empty(),
                rest.workingDirectory(),
                rest.claude(),
                rest.git(),
                rest.continues(),
                rest.retryOrDefault());
    }

    private static String prompt(ResultSet row) throws SQLException {
        String prompt = text(row, "prompt").orElse("").replace("\0", "");
        if (prompt.isBlank()) {
            return NO_PROMPT;
        }
        return prompt.length() > SHORT_PROMPT ? prompt.substring(0, SHORT_PROMPT) : prompt;
    }
}
