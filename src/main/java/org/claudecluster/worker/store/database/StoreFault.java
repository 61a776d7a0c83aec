package org.claudecluster.worker.store.database;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.task.store.StoreException;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Classifies what a database answers instead of a result, by SQLSTATE: PostgreSQL's appendix A, and H2's ErrorCode, whose
 * own codes are 90000 and up. The one place that does.
 */
public enum StoreFault {

    /** The statement or its data is wrong, and will be. */
    REJECTED,

    /** Others were quicker, or hold what was needed: a row, or every connection of the pool. */
    BUSY,

    /**
     * It takes no writes from us: a standby, a primary that was made one, a user who lacks a right, a schema that is gone.
     * Requests can't help it, so it is no fault of theirs.
     */
    READ_ONLY,

    /** It did not answer, or the connection is of no use any more. All that is not known to be something else. */
    AWAY;

    /** The pool's own, which has waited for a connection in vain, has none. */
    private static final String NO_STATE = "";

    /** SQLSTATE classes: what a value, a constraint, a view and a trigger say. */
    private static final Set<String> DATA = Set.of("22", "23", "44", "P0");

    static StoreFault of(Throwable failure) {
        Optional<SQLException> answer = StoreFailures.root(failure);
        return answer.map(sql -> ofState(sql.getSQLState())).orElse(AWAY);
    }

    static StoreFault ofState(@Nullable String sqlState) {
        String state = sqlState == null ? NO_STATE : sqlState;
        return switch (state) {
            // read_only_sql_transaction, insufficient_privilege, undefined_table, invalid_schema_name.
            case "25006", "42501", "42P01", "3F000" -> READ_ONLY;
            // H2: DATABASE_IS_READ_ONLY, TABLE_OR_VIEW_NOT_FOUND.
            case "90097", "42S02" -> READ_ONLY;
            // query_canceled, as by a statement_timeout; H2: LOCK_TIMEOUT, CONCURRENT_UPDATE.
            case NO_STATE, "57014", "HYT00", "90131" -> BUSY;
            default -> ofClass(state.substring(0, Math.min(2, state.length())));
        };
    }

    private static StoreFault ofClass(String sqlClass) {
        return switch (sqlClass) {
            // Data, constraints, statements, limits of the program, and what a trigger raises.
            case "0A", "20", "21", "22", "23", "27", "2F", "34", "38", "39", "42", "44", "54", "P0" -> REJECTED;
            // Rolled back for another transaction, not in the state that it needs, snapshot too old.
            case "40", "55", "72" -> BUSY;
            default -> AWAY;
        };
    }

    /**
     * Whether it is the data that was rejected, or a trigger that did not like it: then another row may be taken. What is
     * wrong with a statement or with the schema is no row's fault.
     */
    public static boolean isOfData(Throwable failure) {
        String state =
                StoreFailures.root(failure).map(SQLException::getSQLState).orElse(NO_STATE);
        return DATA.contains(state.substring(0, Math.min(2, state.length())));
    }

    /**
     * SQLSTATE class 40: a deadlock, or two transactions that can't be put in an order; 90131 is H2's. 23505: a key that
     * was free when we looked was taken by another worker's commit, as by the same request that reached two of them.
     */
    static boolean isConflict(Throwable failure) {
        if (!(failure instanceof SQLException sql)) {
            return false;
        }
        String state = String.valueOf(sql.getSQLState());
        return state.startsWith("40") || state.equals("90131") || state.equals("23505");
    }

    /** The same for those who asked. */
    static StoreException told(Throwable failure) {
        StoreFault fault = of(failure);
        String line = StoreFailures.root(failure)
                .map(StoreFailures::withoutData)
                .orElseGet(() -> failure.getClass().getSimpleName());
        return switch (fault) {
            case REJECTED -> new StoreRejectedException("the store rejects it: " + line, failure);
            case BUSY ->
                new StoreUnavailableException(
                        StoreUnavailableException.Kind.BUSY, "the store is busy: " + line, failure);
            case READ_ONLY ->
                new StoreUnavailableException(
                        StoreUnavailableException.Kind.READ_ONLY, StoreFailures.sentence(failure), failure);
            case AWAY -> new StoreUnavailableException("the store does not answer: " + line, failure);
        };
    }
}
