package org.claudecluster.worker.resilience;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits on a link for one statement, and then does its one thing to it. */
final class Trap {

    /** What becomes of the statement. */
    enum Kind {
        /** It does not reach the database before {@link #release}. */
        HOLD,
        /** It is executed, its transaction committed, and the connection closed before the reply is seen. */
        LOSE_REPLY,
        /** It is executed and its transaction committed, and the reply waits for {@link #release}. */
        HOLD_REPLY
    }

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String sql;
    private final Kind kind;
    private final CountDownLatch sprung = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    Trap(String sql, Kind kind) {
        this.sql = sql;
        this.kind = kind;
    }

    boolean isFor(boolean afterCommit, Iterable<String> statements) {
        if (afterCommit == (kind == Kind.HOLD)) {
            return false;
        }
        for (String statement : statements) {
            if (statement.replaceAll("\\s+", " ").contains(sql)) {
                return true;
            }
        }
        return false;
    }

    Kind kind() {
        return kind;
    }

    /** For a link: the statement has come. */
    void spring() {
        sprung.countDown();
    }

    /** For a link: returns when the statement may go on. */
    void awaitRelease() throws InterruptedException {
        released.await();
    }

    /** Returns when the statement has come; when it is about a reply, then after the commit. */
    void awaitSprung() throws InterruptedException {
        if (!sprung.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("no statement with \"" + sql + "\" came in " + PATIENCE);
        }
    }

    void release() {
        released.countDown();
    }

    @Override
    public String toString() {
        return kind + " at \"" + sql + "\"";
    }
}
