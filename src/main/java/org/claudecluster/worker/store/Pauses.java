package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.database.Sql.update;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.store.CredentialPause;

/** The statements on {@code credential_pause}. */
final class Pauses {

    private Pauses() {}

    private static final String IN_A_WHILE = "CURRENT_TIMESTAMP + INTERVAL '1' SECOND * CAST(? AS int)";

    static int pause(Connection connection, String credential, Reason why, Instant until) throws SQLException {
        return pause(connection, credential, why, "CAST(? AS timestamp(3) with time zone)", Sql.time(until));
    }

    static int pause(Connection connection, String credential, Reason why, Duration time) throws SQLException {
        return pause(connection, credential, why, IN_A_WHILE, seconds(time));
    }

    /** A later end wins. Two that insert at once: one of them is tried again alone. */
    private static int pause(Connection connection, String credential, Reason why, String until, Object when)
            throws SQLException {
        String reason = why.wire();
        int known = update(
                connection,
                "UPDATE credential_pause SET reason = ?, paused_until = GREATEST(paused_until, " + until
                        + ") WHERE credential = ?",
                reason,
                when,
                credential);
        return known == 1
                ? known
                : update(
                        connection,
                        "INSERT INTO credential_pause (credential, paused_until, reason) VALUES (?, " + until + ", ?)",
                        credential,
                        when,
                        reason);
    }

    static Optional<CredentialPause> paused(Connection connection, String credential) throws SQLException {
        return Sql.first(
                connection,
                "SELECT reason FROM credential_pause WHERE credential = ?",
                row -> new CredentialPause(Reason.ofWire(row.getString("reason"))),
                credential);
    }

    /** The row count is the answer: of all who ask at once one moves the end of the pause. */
    static boolean tryAgain(Connection connection, String credential, Duration next) throws SQLException {
        return 1
                == update(
                        connection,
                        "UPDATE credential_pause SET paused_until = " + IN_A_WHILE
                                + " WHERE credential = ? AND paused_until <= CURRENT_TIMESTAMP",
                        seconds(next),
                        credential);
    }

    static int resume(Connection connection, String credential) throws SQLException {
        return update(connection, "DELETE FROM credential_pause WHERE credential = ?", credential);
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(duration.plusMillis(999).toSeconds());
    }
}
