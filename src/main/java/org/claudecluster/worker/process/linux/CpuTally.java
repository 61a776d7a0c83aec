package org.claudecluster.worker.process.linux;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up a tree's CPU time from look to look, so that nothing of what has gone is lost: what a process takes itself is
 * counted as it grows. The time of children that it waited for comes on top, less what of that was counted while it
 * lived.
 */
public final class CpuTally {
    private static final long NANOS_PER_TICK = 1_000_000_000L / LinuxProcesses.ticksPerSecond();

    private Map<Long, ProcessStat> seen = Map.of();
    private long ticks;
    private Duration most = Duration.ZERO;

    /**
     * Adds one look.
     *
     * @param members zombies included
     * @param counted what somebody else has counted; the greater one is right, since both can only miss something
     */
    public Duration add(List<ProcessStat> members, Duration counted) {
        Map<Long, ProcessStat> now = new HashMap<>();
        members.forEach(stat -> now.put(stat.pid(), stat));
        Map<Long, Long> inherited = inherited(now);
        now.forEach((pid, stat) -> ticks += grown(stat, inherited.getOrDefault(pid, 0L)));
        seen = now;
        Duration total = Duration.ofNanos(ticks * NANOS_PER_TICK);
        if (total.compareTo(most) > 0) most = total;
        if (counted.compareTo(most) > 0) most = counted;
        return most;
    }

    private long grown(ProcessStat stat, long inherited) {
        ProcessStat before = seen.get(stat.pid());
        ProcessStat.Use since =
                before != null && before.started() == stat.started() ? before.use() : ProcessStat.Use.NONE;
        long own = stat.use().ticks() - since.ticks();
        long waited = stat.use().waitedTicks() - since.waitedTicks() - inherited;
        return Math.max(0, own) + Math.max(0, waited);
    }

    /** By the nearest ancestor that lives: what those have taken that have gone since the look before. */
    private Map<Long, Long> inherited(Map<Long, ProcessStat> now) {
        Map<Long, Long> inherited = new HashMap<>();
        for (ProcessStat gone : seen.values()) {
            if (lives(gone, now)) continue;
            ProcessStat heir = seen.get(gone.parent());
            for (int i = 0; i < seen.size() && heir != null && !lives(heir, now); i++) heir = seen.get(heir.parent());
            if (heir != null)
                inherited.merge(heir.pid(), gone.use().ticks() + gone.use().waitedTicks(), Long::sum);
        }
        return inherited;
    }

    private static boolean lives(ProcessStat stat, Map<Long, ProcessStat> now) {
        ProcessStat same = now.get(stat.pid());
        return same != null && same.started() == stat.started();
    }
}
