package org.claudecluster.worker.process;

import java.time.Duration;

/**
 * The use of the machine by a process tree, as one look saw it.
 *
 * @param residentBytes memory now; a page that several processes share counts for each
 * @param cpu CPU time since its beginning; never less than an earlier look said. Of processes that began and ended
 *     between two looks it has what their parents waited for, or all where the kernel counts the tree
 * @param processes those alive now
 */
public record TreeUsage(long residentBytes, Duration cpu, int processes) {

    public static final TreeUsage NONE = new TreeUsage(0, Duration.ZERO, 0);

    public TreeUsage {
        if (residentBytes < 0)
            throw new IllegalArgumentException("residentBytes must not be negative: " + residentBytes);
        if (cpu.isNegative()) throw new IllegalArgumentException("cpu must not be negative: " + cpu);
        if (processes < 0) throw new IllegalArgumentException("processes must not be negative: " + processes);
    }
}
