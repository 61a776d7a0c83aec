package org.claudecluster.worker.store.database;

import static java.util.Objects.requireNonNull;

import javax.sql.DataSource;

/**
 * The active store's connections, with today's schema behind them.
 *
 * @param renewals a connection that renewals alone use: whatever takes up the others, leases are kept
 * @param isShared whether other processes may use it too
 * @param afterFailure called when the store did not answer, to drop connections that may be dead without knowing it: H2
 *     closes its file under everybody when the disk is full, and opens it again only when the last old connection is gone
 */
public record Database(DataSource connections, DataSource renewals, boolean isShared, Runnable afterFailure) {

    public Database {
        requireNonNull(connections, "connections");
        requireNonNull(renewals, "renewals");
        requireNonNull(afterFailure, "afterFailure");
    }
}
