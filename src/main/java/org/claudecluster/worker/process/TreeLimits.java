package org.claudecluster.worker.process;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The limits of a process tree.
 *
 * @param memoryBytes of all its processes together; absent: as much as there is
 * @param processes at once, threads counted as well where the kernel enforces it; absent: as many as there may be
 */
public record TreeLimits(OptionalLong memoryBytes, OptionalInt processes) {

    public static final TreeLimits NONE = new TreeLimits(OptionalLong.empty(), OptionalInt.empty());

    public TreeLimits {
        if (memoryBytes.isPresent() && memoryBytes.getAsLong() < 1)
            throw new IllegalArgumentException("memoryBytes must be positive: " + memoryBytes);
        if (processes.isPresent() && processes.getAsInt() < 1)
            throw new IllegalArgumentException("processes must be positive: " + processes);
    }
}
