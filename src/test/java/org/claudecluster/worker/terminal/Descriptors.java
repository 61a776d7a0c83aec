package org.claudecluster.worker.terminal;

import java.io.File;
import java.util.Objects;
import org.awaitility.Awaitility;

/** How much of the system this JVM holds. */
final class Descriptors {
    private Descriptors() {}

    static long open() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }

    static long threads() {
        return Objects.requireNonNull(new File("/proc/self/task").list()).length;
    }

    /** The number of open descriptors once earlier tests' terminals have closed theirs. */
    static long settled() {
        long[] last = {-1};
        Awaitility.await().until(() -> {
            long now = open();
            boolean same = now == last[0];
            last[0] = now;
            return same;
        });
        return last[0];
    }
}
