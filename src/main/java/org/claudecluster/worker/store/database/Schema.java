package org.claudecluster.worker.store.database;

import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;

/** Brings a database to the schema that this program knows, or refuses it before anything was changed. */
public final class Schema {

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    private Schema() {}

    /**
     * Waits for the database, looks at its version and migrates it. Throws {@link StoreRefusedException} when that can't be.
     *
     * @param patience how long to wait for a database that does not answer yet
     */
    public static void prepare(AgroalDataSource connections, Flyway flyway, Duration patience) {
        await(connections, patience);
        try {
            MigrationInfoService info = flyway.info();
            int applied = applied(info);
            int known = known(info);
            requireKnown(applied, known);
            forgetFailed(info, flyway);
            if (flyway.info().pending().length > 0) {
                Migration.run(connections, flyway, applied, known);
            } else {
                flyway.validate();
            }
            requireWritable(connections);
        } catch (FlywayException | SQLException e) {
            throw StoreFailures.refusal(e);
        }
    }

    private static void await(DataSource connections, Duration patience) {
        long started = System.nanoTime();
        for (Optional<SQLException> failure = tryOnce(connections);
                failure.isPresent();
                failure = tryOnce(connections)) {
            SQLException why = failure.get();
            if (!StoreFailures.mayPass(why) || System.nanoTime() - started >= patience.toNanos()) {
                throw StoreFailures.refusal(why);
            }
            LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
        }
    }

    private static Optional<SQLException> tryOnce(DataSource connections) {
        try (Connection _ = connections.getConnection()) {
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(e);
        }
    }

    /** Changes nothing, but needs all that a change needs. */
    private static void requireWritable(DataSource connections) throws SQLException {
        try (Connection connection = connections.getConnection()) {
            int _ = touch(connection);
        }
    }

    static int touch(Connection connection) throws SQLException {
        return Sql.update(connection, "UPDATE task SET status = status WHERE 1 = 0");
    }

    /** A migration is compatible with the program one version older, so a newer replica may have migrated already. */
    private static void requireKnown(int applied, int known) {
        if (applied > known + 1) {
            throw new StoreRefusedException("the store's schema is version " + applied + ", this program knows " + known
                    + " and goes on beside " + (known + 1) + " at most: upgrade this worker, one version at a time");
        }
    }

    /**
     * H2 commits each statement that changes a table. What a full disk has ended in the middle is run again, which each
     * migration since V4 allows.
     */
    private static void forgetFailed(MigrationInfoService info, Flyway flyway) {
        if (Arrays.stream(info.all()).anyMatch(migration -> migration.getState() == MigrationState.FAILED)) {
            flyway.repair();
        }
    }

    /** 0 for an empty database. */
    private static int applied(MigrationInfoService info) {
        MigrationInfo current = info.current();
        return current == null || current.getVersion() == null ? 0 : version(current);
    }

    private static int known(MigrationInfoService info) {
        return Arrays.stream(info.all())
                .filter(migration -> migration.getState().isResolved() && migration.getVersion() != null)
                .mapToInt(Schema::version)
                .max()
                .orElseThrow();
    }

    private static int version(MigrationInfo migration) {
        return migration.getVersion().getMajor().intValueExact();
    }
}
