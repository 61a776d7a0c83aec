package org.claudecluster.worker.store.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.claudecluster.worker.task.store.StoreException;

/** Makes writes durable, each as a whole. */
public interface Commits extends AutoCloseable {

    /** How long a close waits for what is on its way. */
    Duration LAST_WRITES = Duration.ofSeconds(5);

    /** One caller's statements, run on a connection whose transaction is not theirs to end; more than once if need be. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * Runs the work in a transaction and returns after its commit. Throws a {@link StoreException} as {@link StoreFault} tells
     * it; whether the write took effect is unknown only when the store was away. What the work itself throws unchecked is
     * thrown as it is, and the write took no effect.
     */
    <T> T write(Work<T> work);

    @Override
    void close();
}
