package org.claudecluster.worker.exec;

import java.time.Duration;
import java.util.Optional;
import org.claudecluster.worker.process.TreeAccount;
import org.claudecluster.worker.task.result.Footprint;

/** Puts together the measurements of a run. */
final class Footprints {

    private Footprints() {}

    /**
     * The kernel's account of the tree where there is one: it misses nothing between two looks. Else what was seen, with
     * the CPU time that the kernel tells of the leader: all there is of a run between two looks.
     */
    static Footprint of(Footprint seen, Optional<Duration> leader, TreeAccount account) {
        Duration most = leader.filter(told -> told.compareTo(seen.cpu()) > 0).orElse(seen.cpu());
        return new Footprint(
                account.memoryBytes().orElse(seen.peakMemoryBytes()),
                account.cpu().orElse(most),
                Math.max(seen.peakProcesses(), 1));
    }
}
