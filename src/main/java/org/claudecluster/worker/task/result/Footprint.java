package org.claudecluster.worker.task.result;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * The use of the machine by the processes of a run, as far as it was seen: sampled once a second, or told by the kernel
 * where each run has a control group of its own.
 *
 * @param peakMemoryBytes the most resident memory of all processes together; pages that they share count for each
 * @param cpu processor time of all of them, to the millisecond
 * @param peakProcesses the most processes at once
 */
public record Footprint(long peakMemoryBytes, Duration cpu, int peakProcesses) {

    public Footprint {
        requireNonNull(cpu, "cpu");
        cpu = cpu.truncatedTo(ChronoUnit.MILLIS);
        if (peakMemoryBytes < 0 || cpu.isNegative() || peakProcesses < 0) {
            throw new IllegalArgumentException("a footprint can't be negative: " + peakMemoryBytes + " bytes, " + cpu
                    + ", " + peakProcesses + " processes");
        }
    }
}
