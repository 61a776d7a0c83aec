package org.claudecluster.worker.store.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Commits the writes of many callers together. A durable commit costs the same for one row and for a hundred, so under
 * load the writes that arrive during one commit share the next. Where many have shared one lately, the writer waits a
 * moment until as many are there again: in an embedded database eight writes in one commit cost a quarter of eight commits.
 *
 * <p>INVARIANT: a caller gets its answer only after the commit that holds its write, and every write that was accepted
 * gets an answer. A write that fails takes nobody with it: the batch is rolled back and each write is tried alone, once;
 * a few times when the database ended a deadlock with it.
 *
 * <p>All statements run on one thread of our own, which nobody interrupts: an interrupt during file access would close
 * the file of an embedded database under everybody.
 */
public final class GroupCommit implements Commits {

    /** Bounds a transaction. The queue holds this many more; callers beyond that wait for a place. */
    static final int MAX_BATCH = 256;

    private static final int TRIES = 3;

    /** Fewer than these wait for nobody: a few callers who wait for each other only lose time. */
    private static final int MANY = 6;

    private static final long PATIENCE_NANOS = 4_000_000;
    /** What a commit after the one with the most writes still counts. */
    private static final double FADING = 0.95;

    private final DataSource dataSource;
    private final Thread writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    // Both under the lock: after closed is true nothing is added, and the writer leaves only when nothing is left.
    private final ArrayDeque<Pending<?>> queue = new ArrayDeque<>(MAX_BATCH);
    private boolean closed;
    /** How many writes a commit had lately at most. */
    private double most;

    /** The fate of a transaction. */
    private enum Verdict {
        COMMITTED,
        /** Some write failed; nothing took effect. */
        ROLLED_BACK,
        /** The store takes no writes, whosever they are; nothing took effect. */
        REFUSED,
        /** Another transaction was quicker; nothing took effect, and it may go well now. */
        CONFLICT,
        /** The connection or the commit failed. What took effect is unknown, so nothing may be tried again. */
        UNKNOWN
    }

    public GroupCommit(DataSource dataSource) {
        this.dataSource = dataSource;
        this.writer = Thread.ofPlatform().name("store-writer").daemon().start(this::writeUntilClosed);
    }

    /** Returns after the commit, interrupted or not: a write can't be called back. */
    @Override
    public <T> T write(Work<T> work) {
        Pending<T> pending = new Pending<>(work);
        accept(pending);
        return pending.await();
    }

    private void accept(Pending<?> pending) {
        lock.lock();
        try {
            while (!closed && queue.size() >= MAX_BATCH) {
                room.awaitUninterruptibly();
            }
            if (closed) {
                throw new StoreUnavailableException("the store is closed", new IllegalStateException("closed"));
            }
            queue.add(pending);
            if (queue.size() == 1 || queue.size() >= most) {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void writeUntilClosed() {
        List<Pending<?>> batch = next();
        while (!batch.isEmpty()) {
            commit(batch);
            batch = next();
        }
    }

    /** All that waits; empty only after the close, when nothing is left. */
    private List<Pending<?>> next() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closed) {
                work.awaitUninterruptibly();
            }
            awaitCompany();
            List<Pending<?>> batch = new ArrayList<>(queue);
            queue.clear();
            most = Math.max(batch.size(), most * FADING);
            room.signalAll();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Until as many are there as lately, for a few milliseconds at most. */
    private void awaitCompany() {
        long left = most < MANY ? 0 : PATIENCE_NANOS;
        try {
            while (left > 0 && !closed && queue.size() < most) {
                left = work.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if somebody did, it waits no longer.
        }
    }

    private void commit(List<Pending<?>> batch) {
        try {
            Verdict verdict = attempt(batch);
            if (verdict == Verdict.CONFLICT || (verdict == Verdict.ROLLED_BACK && batch.size() > 1)) {
                commitEachAlone(batch);
                return;
            }
            batch.forEach(pending -> pending.answer(verdict));
        } catch (Throwable e) {
            // The thread must live: whoever comes next would wait for ever.
            batch.forEach(pending -> pending.fail(new StoreUnavailableException("the writer failed", e)));
        }
    }

    private void commitEachAlone(List<Pending<?>> batch) {
        Verdict verdict = Verdict.ROLLED_BACK;
        Pending<?> last = batch.getFirst();
        for (Pending<?> pending : batch) {
            if (verdict == Verdict.UNKNOWN) {
                // Without a connection the rest need not wait for one too, each in turn. What they have heard so far is
                // of another's write, which may have been rejected.
                pending.failedLike(last);
            } else {
                verdict = attemptAlone(pending);
                last = pending;
            }
            pending.answer(verdict);
        }
    }

    /** Locks are taken in the order of the writes, so two workers may meet in a deadlock; one write alone seldom does. */
    private Verdict attemptAlone(Pending<?> pending) {
        Verdict verdict = attempt(List.of(pending));
        for (int tries = 1; verdict == Verdict.CONFLICT && tries < TRIES; tries++) {
            verdict = attempt(List.of(pending));
        }
        return verdict;
    }

    private Verdict attempt(List<Pending<?>> batch) {
        Verdict verdict = Verdict.UNKNOWN;
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            verdict = run(connection, batch);
            connection.setAutoCommit(true);
        } catch (SQLException | RuntimeException e) {
            // After a commit nothing can take the answer back, whatever happens to the connection then.
            if (verdict == Verdict.UNKNOWN) {
                batch.forEach(pending -> pending.failed(e));
            }
        }
        return verdict;
    }

    private static Verdict run(Connection connection, List<Pending<?>> batch) throws SQLException {
        try {
            for (Pending<?> pending : batch) {
                pending.run(connection);
            }
        } catch (SQLException | RuntimeException | Error e) {
            batch.forEach(pending -> pending.failed(e));
            // Throws when the connection is gone, and then nothing is tried again.
            connection.rollback();
            return verdict(e);
        }
        connection.commit();
        return Verdict.COMMITTED;
    }

    private static Verdict verdict(Throwable failure) {
        if (StoreFault.isConflict(failure)) {
            return Verdict.CONFLICT;
        }
        boolean isOfAll = failure instanceof SQLException && StoreFault.of(failure) == StoreFault.READ_ONLY;
        return isOfAll ? Verdict.REFUSED : Verdict.ROLLED_BACK;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            writer.join(LAST_WRITES);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** A write on its way; only the writer touches it until the answer is there. */
    private static final class Pending<T> {

        private final Work<T> work;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private @Nullable T value;
        private @Nullable Throwable failure;

        Pending(Work<T> work) {
            this.work = work;
        }

        void run(Connection connection) throws SQLException {
            value = work.on(connection);
        }

        void failed(Throwable why) {
            failure = why;
        }

        void failedLike(Pending<?> other) {
            failure = other.failure;
        }

        @SuppressWarnings("NullAway") // Work never answers null
        void answer(Verdict verdict) {
            switch (verdict) {
                case COMMITTED -> answer.complete(value);
                case ROLLED_BACK, CONFLICT, REFUSED, UNKNOWN -> fail(told(verdict));
            }
        }

        void fail(RuntimeException why) {
            answer.completeExceptionally(why);
        }

        T await() {
            try {
                return answer.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException why ? why : StoreFault.told(e);
            }
        }

        private RuntimeException told(Verdict verdict) {
            Throwable why = failure == null ? new IllegalStateException("no answer") : failure;
            boolean isBug = verdict != Verdict.UNKNOWN && why instanceof RuntimeException;
            return isBug ? (RuntimeException) why : StoreFault.told(why);
        }
    }
}
