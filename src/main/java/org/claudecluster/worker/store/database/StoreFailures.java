package org.claudecluster.worker.store.database;

import java.sql.SQLException;
import java.util.Optional;
import org.claudecluster.worker.task.Masked;
import org.jspecify.annotations.Nullable;

/** Explains failures of a database at the start, in a person's words. No URL is shown: it may hold a password. */
public final class StoreFailures {

    public static final String READ_ONLY = "the store is read-only: WORKER_STORAGE_JDBC_URL must name the primary,"
            + " and its user needs the right to write";

    /** PostgreSQL: lock_not_available. */
    private static final String NOT_LOCKED = "55P03";

    private static final String URL = "WORKER_STORAGE_JDBC_URL";
    /** H2: "Database may be already in use". */
    private static final int H2_IN_USE = 90020;

    private StoreFailures() {}

    /** Whether the same may go well in a moment: the database is starting, full, or not reachable yet. */
    static boolean mayPass(SQLException failure) {
        SQLException root = root(failure).orElse(failure);
        String state = String.valueOf(root.getSQLState());
        // Without a state it is the pool's, which did not get a connection in time.
        return root.getSQLState() == null
                || state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P");
    }

    /** Whether somebody else held what was needed, or a deadlock was ended with us. */
    static boolean isLocked(Throwable failure) {
        String state = root(failure).map(SQLException::getSQLState).orElse("");
        return state.equals(NOT_LOCKED) || state.equals("40P01");
    }

    static StoreRefusedException refusal(Throwable failure) {
        return new StoreRefusedException(sentence(failure), failure);
    }

    /** What is wrong with the store and what to do, in one line. */
    static String sentence(Throwable failure) {
        return root(failure).map(StoreFailures::line).orElseGet(() -> other(failure));
    }

    private static String line(SQLException failure) {
        if (failure.getErrorCode() == H2_IN_USE) {
            return "another process uses the embedded store: one worker for one WORKER_STORAGE_DATA_DIR";
        }
        if (failure.getClass().getName().startsWith("org.h2.")) {
            return "the embedded store can't be opened (" + firstLine(failure)
                    + "): put a backup of WORKER_STORAGE_DATA_DIR back, or start with an empty one";
        }
        return switch (String.valueOf(failure.getSQLState())) {
            case "28P01", "28000" ->
                "the store refuses this user: check WORKER_STORAGE_USERNAME and WORKER_STORAGE_PASSWORD";
            case "3D000" -> "the store has no such database: create it, or correct " + URL;
            case "42501" ->
                "the store's user lacks a right (" + firstLine(failure) + "): it must own the schema's tables";
            case "25006" -> READ_ONLY;
            case NOT_LOCKED ->
                "the store's schema can't be migrated, since another transaction holds its tables: end it"
                        + " (pg_stat_activity, pg_locks; a pg_dump too), and start this worker again";
            case "53300" -> "the store has no connection left: raise its max_connections, or put a pooler before it";
            default -> {
                String state = String.valueOf(failure.getSQLState());
                yield state.startsWith("08") || state.startsWith("57P") || failure.getSQLState() == null
                        ? "the store does not answer (" + firstLine(failure) + "): is it up, and does " + URL
                                + " name its host and port?"
                        : other(failure);
            }
        };
    }

    private static String other(Throwable failure) {
        return "the store can't be used: " + firstLine(failure);
    }

    /** The database's own answer: the innermost, since batches and pools wrap it. */
    static Optional<SQLException> root(Throwable failure) {
        SQLException found = null;
        int depth = 0;
        for (@Nullable Throwable cause = failure; cause != null && depth < 20; cause = cause.getCause()) {
            depth++;
            if (cause instanceof SQLException sql) {
                found = sql;
            }
        }
        return Optional.ofNullable(found);
    }

    /** What is wrong, for logs and answers: H2 quotes the data behind a colon, PostgreSQL on further lines. */
    static String withoutData(SQLException failure) {
        String line = firstLine(failure);
        int data = failure.getClass().getName().startsWith("org.h2.") ? line.indexOf(": \"") : -1;
        return (data < 0 ? line : line.substring(0, data)) + " (SQLSTATE " + failure.getSQLState() + ")";
    }

    private static String firstLine(Throwable failure) {
        return Masked.text(
                String.valueOf(failure.getMessage()).lines().findFirst().orElse(""));
    }
}
