package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.sql.DataSource;
import org.claudecluster.worker.task.StoreUnavailable;
import org.jspecify.annotations.Nullable;

/**
 * Commits the writes of many callers together. A durable commit costs the same for one row and for a hundred, so under
 * load the writes that arrive during one commit share the next.
 *
 * <p>INVARIANT: a caller gets its answer only after the commit that holds its write. A write that fails takes nobody
 * with it: the batch is rolled back and each write is tried alone, once.
 */
final class GroupCommit implements AutoCloseable {

    /** Bounds a transaction. The queue holds this many more; callers beyond that wait for a place. */
    private static final int MAX_BATCH = 256;

    private final DataSource dataSource;
    private final BlockingQueue<Pending<?>> queue = new ArrayBlockingQueue<>(MAX_BATCH);
    private final Thread writer;
    private volatile boolean closed;

    /** One caller's statements, run on a connection whose transaction is not theirs to end. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    GroupCommit(DataSource dataSource) {
        this.dataSource = dataSource;
        this.writer = Thread.ofPlatform().name("store-writer").daemon().start(this::writeUntilClosed);
    }

    /**
     * Runs the work in a transaction and returns after its commit. Throws {@link StoreUnavailable} when the store does
     * not answer; whether the write took effect is then unknown.
     */
    <T> T write(Work<T> work) {
        Pending<T> pending = new Pending<>(work);
        put(pending);
        try {
            return pending.answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreUnavailable unavailable ? unavailable : e;
        }
    }

    private void put(Pending<?> pending) {
        try {
            queue.put(pending);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("interrupted before the write was sent", e);
        }
        if (closed && queue.remove(pending)) {
            throw new StoreUnavailable("the store is closed", new IllegalStateException("closed"));
        }
    }

    private void writeUntilClosed() {
        List<Pending<?>> batch = new ArrayList<>(MAX_BATCH);
        while (!closed) {
            try {
                batch.add(queue.take());
            } catch (InterruptedException _) {
                continue;
            }
            queue.drainTo(batch, MAX_BATCH - 1);
            commit(batch);
            batch.clear();
        }
        queue.forEach(pending -> pending.fail(new IllegalStateException("closed")));
    }

    private void commit(List<Pending<?>> batch) {
        if (committed(batch)) {
            batch.forEach(Pending::release);
            return;
        }
        for (Pending<?> pending : batch) {
            if (batch.size() == 1 || committed(List.of(pending))) {
                pending.release();
            } else {
                pending.fail();
            }
        }
    }

    private boolean committed(List<Pending<?>> batch) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                for (Pending<?> pending : batch) {
                    pending.run(connection);
                }
                connection.commit();
                return true;
            } catch (SQLException | RuntimeException e) {
                batch.forEach(pending -> pending.failure = e);
                connection.rollback();
                return false;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            batch.forEach(pending -> pending.failure = e);
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        writer.interrupt();
        try {
            writer.join(5_000);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Pending<T> {

        private final Work<T> work;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private @Nullable T value;
        private @Nullable Exception failure;

        Pending(Work<T> work) {
            this.work = work;
        }

        void run(Connection connection) throws SQLException {
            value = work.on(connection);
            failure = null;
        }

        @SuppressWarnings("NullAway") // Work never answers null; failure says whether it answered at all
        void release() {
            if (failure != null) {
                fail();
                return;
            }
            answer.complete(value);
        }

        void fail() {
            fail(failure == null ? new IllegalStateException("no answer") : failure);
        }

        void fail(Exception why) {
            answer.completeExceptionally(new StoreUnavailable("the store did not take the write", why));
        }
    }
}
