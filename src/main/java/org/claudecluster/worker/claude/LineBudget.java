package org.claudecluster.worker.claude;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Bounds the memory of long lines of all runs together, so that several of them at once can't exhaust the heap. Short
 * ones cost nothing here. Safe for use by any thread.
 */
final class LineBudget {

    /** Up to here a line is short: the longest that was seen of a CLI had 40 KB, and an image in one has a few times that. */
    static final int SHORT = 1024 * 1024;

    /** A byte of a line is in memory up to three times: in the line, in the event's JSON, and in its tree. */
    private static final int SHARE_OF_HEAP = 8;

    static final LineBudget OF_ALL_RUNS =
            new LineBudget(Math.max(AgentStream.MAX_LINE, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));

    private final AtomicLong left;
    private final Object parsing = new Object();

    LineBudget(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /** Takes so much more if there is so much, and says whether. */
    boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        giveBack(bytes);
        return false;
    }

    /** Takes what is in memory anyway. */
    void charge(long bytes) {
        left.addAndGet(-bytes);
    }

    void giveBack(long bytes) {
        left.addAndGet(bytes);
    }

    long left() {
        return left.get();
    }

    /** One after the other where the line is long: a parser needs several times its length for a moment. */
    <T> T parse(int length, Supplier<T> parser) {
        if (length <= SHORT) {
            return parser.get();
        }
        synchronized (parsing) {
            return parser.get();
        }
    }
}
