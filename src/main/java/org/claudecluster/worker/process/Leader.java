package org.claudecluster.worker.process;

import org.claudecluster.worker.process.linux.Signal;

/** The first process of a tree, which its launcher watches and reaps. Safe for use by any thread; no method blocks. */
public interface Leader {
    /** The leader's process id, which is also its session and process group. */
    long pid();

    /** Whether the leader has not been reaped yet. */
    boolean alive();

    /**
     * Sends {@code signal} to the leader's process group; its descendants may have left that group.
     *
     * @return false when the leader was already reaped and nothing was sent: the number may be someone else's by now
     */
    boolean signal(Signal signal);
}
