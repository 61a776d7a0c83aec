package org.claudecluster.worker.watchdog;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.claudecluster.worker.process.TreeLimits;

/**
 * Holds the limits beyond which a run is ended. A duration or size of 0 switches its watch off.
 *
 * @param firstByte from the start to the first byte
 * @param noOutput how long a run may be silent and idle
 * @param lingering from the result to the end of the program
 * @param prompt how long a dialog may wait for a person
 * @param memoryBytes resident, of all processes of a run together
 * @param processes of a run at once
 * @param diskBytes in its workspace and its temporary directory together
 * @param endAtCap whether a run that prints more than is kept ends there
 */
public record WatchSettings(
        Duration firstByte,
        Duration noOutput,
        Duration lingering,
        Duration prompt,
        long memoryBytes,
        int processes,
        long diskBytes,
        boolean endAtCap) {

    public WatchSettings {
        Map.of("firstByte", firstByte, "noOutput", noOutput, "lingering", lingering, "prompt", prompt)
                .forEach((name, value) -> requireNotNegative(name, value.isNegative()));
        requireNotNegative("memoryBytes", memoryBytes < 0);
        requireNotNegative("processes", processes < 0);
        requireNotNegative("diskBytes", diskBytes < 0);
    }

    /** Threads per process, by a rough rule: the kernel counts threads where it counts for us. */
    private static final int THREADS = 8;

    /** What the kernel shall enforce where it can; beyond it a fork fails, rather than the run. */
    public TreeLimits limits() {
        return new TreeLimits(
                memoryBytes > 0 ? OptionalLong.of(memoryBytes) : OptionalLong.empty(),
                processes > 0 ? OptionalInt.of(THREADS * processes) : OptionalInt.empty());
    }

    private static void requireNotNegative(String name, boolean negative) {
        if (negative) {
            throw new IllegalArgumentException(name + " must not be negative");
        }
    }
}
