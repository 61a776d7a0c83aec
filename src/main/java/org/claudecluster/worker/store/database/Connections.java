package org.claudecluster.worker.store.database;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.claudecluster.worker.task.store.StoreException;
import org.claudecluster.worker.task.store.StoreUnavailableException;

/**
 * A pool whose failures are told apart, and whose connections are dropped when one turned out to be dead: the others
 * may be so without knowing it. A rejected statement says nothing about a connection, and drops none.
 */
public final class Connections {

    private final DataSource pool;
    private final Runnable drop;

    public Connections(DataSource pool, Runnable drop) {
        this.pool = pool;
        this.drop = drop;
    }

    /** Runs statements, each of which is its own transaction unless the work says otherwise. Throws {@link StoreException}. */
    public <T> T with(Commits.Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            return work.on(connection);
        } catch (SQLException e) {
            throw seen(StoreFault.told(e));
        }
    }

    /** Does what a failure asks for, and answers it. */
    public <F extends StoreException> F seen(F failure) {
        if (failure instanceof StoreUnavailableException unavailable) {
            switch (unavailable.kind()) {
                case AWAY -> drop.run();
                // Each statement is told so: who looks whether that is over drops them.
                case READ_ONLY, BUSY -> {}
            }
        }
        return failure;
    }

    /**
     * Changes nothing, but needs all that a write needs. A store that takes no writes is reached anew after this: behind
     * the same name may be another server by then, and a session keeps what it was told when it began.
     */
    public void requireWritable() {
        try {
            with(Schema::touch);
        } catch (StoreUnavailableException e) {
            if (e.kind() == StoreUnavailableException.Kind.READ_ONLY) {
                drop.run();
            }
            throw e;
        }
    }
}
