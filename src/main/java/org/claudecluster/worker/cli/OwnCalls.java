package org.claudecluster.worker.cli;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Names the worker's own calls of the CLI, so that the next worker can tell those of the one before from its own. */
public final class OwnCalls {

    private static final String START = "call-";
    private static final String OURS = START + UUID.randomUUID() + "-";
    private static final AtomicLong NUMBER = new AtomicLong();

    private OwnCalls() {}

    /** No run of a task is named so. */
    static String next() {
        return OURS + NUMBER.incrementAndGet();
    }

    /** Whether a process before this one made the call. */
    public static boolean isPredecessors(String run) {
        return run.startsWith(START) && !run.startsWith(OURS);
    }
}
