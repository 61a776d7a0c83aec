package org.claudecluster.worker.store.database;

import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.output.MigrateResult;
import org.jboss.logging.Logger;

/**
 * Brings an older schema up to date while workers of the version before go on. It may take as long as the rows take, but
 * must not have others wait for long: it gives up a lock that it does not get at once, and asks again.
 */
final class Migration {

    private static final Logger LOG = Logger.getLogger(Migration.class);

    /** Whoever waits for the lock of a table has all others wait behind it: far less than a lease. */
    private static final Duration LOCK = Duration.ofSeconds(3);

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);
    private static final int TRIES = 10;

    /** For one statement, and for a rival that migrates: a database that is gone is noticed at last. */
    private static final Duration LONGEST = Duration.ofMinutes(30);

    private final Flyway flyway;

    private Migration(Flyway flyway) {
        this.flyway = flyway;
    }

    static void run(AgroalDataSource pool, Flyway known, int from, int to) throws SQLException {
        if (isEmbedded(pool)) {
            // Nobody is beside it, and no answer is late. A pool that ends interrupts its threads, which closes H2's
            // file.
            new Migration(known).run(from, to);
            return;
        }
        // The pool's own take a long answer for none, and have the database end who stands still for long.
        try (AgroalDataSource patient = Reserve.beside(pool, Migration::makePatient)) {
            Flyway flyway = Flyway.configure(known.getConfiguration().getClassLoader())
                    .configuration(known.getConfiguration())
                    .dataSource(patient)
                    .lockRetryCount(Math.toIntExact(LONGEST.toSeconds()))
                    .callbacks(new BriefLocks())
                    .load();
            new Migration(flyway).run(from, to);
        }
    }

    private static boolean isEmbedded(AgroalDataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return connection.getMetaData().getDatabaseProductName().equals("H2");
        }
    }

    private void run(int from, int to) {
        if (from > 0) {
            LOG.infof("the store's schema is migrated from version %d to %d", from, to);
        }
        long started = System.nanoTime();
        MigrateResult result = patiently();
        long took = Duration.ofNanos(System.nanoTime() - started).toMillis();
        if (result.migrationsExecuted == 0) {
            LOG.infof("another worker has migrated the store's schema to version %d, waited for %d ms", to, took);
        } else if (from > 0) {
            LOG.infof("the store's schema is now version %d, migrated in %d ms", to, took);
        }
    }

    /** Each file is a transaction of its own, so a further try begins with the one that failed. */
    private MigrateResult patiently() {
        for (int tries = 1; ; tries++) {
            try {
                return flyway.migrate();
            } catch (FlywayException e) {
                if (!StoreFailures.isLocked(e) || tries == TRIES) {
                    throw e;
                }
                LOG.warnf(
                        "the migration did not get a table's lock in %d s, try %d of %d",
                        LOCK.toSeconds(), tries, TRIES);
                LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
            }
        }
    }

    private static void makePatient(Connection connection) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(LONGEST.toMillis()));
        // Flyway's lock is a transaction that stands still while the migration runs in another one.
        execute(connection, "SET idle_in_transaction_session_timeout = 0");
    }

    /** For the transaction only, since a pooler may give the session to somebody else behind it. */
    private static final class BriefLocks extends BaseCallback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.BEFORE_EACH_MIGRATE;
        }

        @Override
        public void handle(Event event, Context context) {
            try {
                execute(context.getConnection(), "SET LOCAL lock_timeout = " + LOCK.toMillis());
            } catch (SQLException e) {
                throw new FlywayException("lock_timeout can't be set", e);
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
