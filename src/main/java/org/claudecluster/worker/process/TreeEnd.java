package org.claudecluster.worker.process;

import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.process.linux.Signal;

/**
 * The effort that ending a process tree took.
 *
 * @param lastSignal the last signal sent to the leader's group; empty when the leader had ended before
 * @param killed how many processes got SIGKILL
 * @param survivors those which SIGKILL had not ended in time, as a rule in an uninterruptible system call
 */
public record TreeEnd(Optional<Signal> lastSignal, int killed, Set<Long> survivors) {
    public TreeEnd {
        if (killed < 0) throw new IllegalArgumentException("killed must not be negative: " + killed);
        survivors = Set.copyOf(survivors);
    }
}
