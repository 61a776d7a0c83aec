package org.claudecluster.worker.store.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.claudecluster.worker.task.store.StoreUnavailableException;

/**
 * Commits each write by itself, some at once: for a database of many processors, which forces its log once for all that
 * commit at a time. A write that the database has ended for another one is tried again, a few times.
 *
 * <p>All statements run on threads of our own, which nobody interrupts: a virtual thread that is interrupted while it waits
 * for a socket loses the connection. They are served in the order of their coming; the pool itself serves whoever is
 * quickest.
 */
public final class OwnCommits implements Commits {

    /** Half of the pool: reads and transcripts find a connection whatever is written. */
    static final int AT_ONCE = 4;

    /** Callers beyond these wait outside. */
    private static final int WAITING = 256;

    private static final int TRIES = 3;

    private final DataSource pool;
    private final Semaphore places = new Semaphore(AT_ONCE + WAITING, true);
    private final ExecutorService writers = Executors.newFixedThreadPool(
            AT_ONCE, Thread.ofPlatform().name("store-writer-", 0).daemon().factory());

    public OwnCommits(DataSource pool) {
        this.pool = pool;
    }

    @Override
    public <T> T write(Work<T> work) {
        places.acquireUninterruptibly();
        try {
            return CompletableFuture.supplyAsync(() -> tried(work), writers).join();
        } catch (RejectedExecutionException e) {
            throw new StoreUnavailableException("the store is closed", e);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException why ? why : StoreFault.told(e);
        } finally {
            places.release();
        }
    }

    private <T> T tried(Work<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return committed(work);
            } catch (SQLException e) {
                if (!StoreFault.isConflict(e) || tries == TRIES) {
                    throw StoreFault.told(e);
                }
            }
        }
    }

    private <T> T committed(Work<T> work) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            T value = committed(connection, work);
            connection.setAutoCommit(true);
            return value;
        }
    }

    private static <T> T committed(Connection connection, Work<T> work) throws SQLException {
        try {
            T value = work.on(connection);
            connection.commit();
            return value;
        } catch (SQLException | RuntimeException | Error e) {
            rollback(connection, e);
            throw e;
        }
    }

    /** What went wrong first says more than that the connection is gone. */
    private static void rollback(Connection connection, Throwable why) throws SQLException {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            if (StoreFault.of(why) != StoreFault.AWAY) {
                throw e;
            }
            why.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        writers.shutdown();
        try {
            boolean _ = writers.awaitTermination(LAST_WRITES.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
