package org.claudecluster.worker.process;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The kernel's account of a process tree from its beginning, where the tree has a cgroup and the cgroup the controller.
 * Unlike {@link TreeUsage} it misses nothing between two looks.
 *
 * @param memoryBytes the most at once, caches of files included; before Linux 5.19 what is charged now
 * @param cpu of all processes, those that have ended included
 * @param processes the most at once, threads included
 * @param outOfMemory whether the kernel killed something of it because memory was short
 */
public record TreeAccount(
        OptionalLong memoryBytes, Optional<Duration> cpu, OptionalInt processes, boolean outOfMemory) {

    public static final TreeAccount NONE =
            new TreeAccount(OptionalLong.empty(), Optional.empty(), OptionalInt.empty(), false);
}
