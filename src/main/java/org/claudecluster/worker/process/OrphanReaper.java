package org.claudecluster.worker.process;

import java.util.HashSet;
import java.util.Set;
import org.claudecluster.worker.libc.NativeException;
import org.claudecluster.worker.process.linux.PosixProcesses;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessStat;
import org.claudecluster.worker.process.linux.SessionLeaders;

/** Takes away the zombies of orphans that were given to us and ended by themselves. */
final class OrphanReaper {
    private static Set<ProcessStat.Key> seenBefore = Set.of();

    private OrphanReaper() {}

    /**
     * INVARIANT: only what was a zombie in the call before too. A child of java.lang.Process is one for the moment until
     * its own thread reaps it, and must keep its exit status for that.
     *
     * @return how many were reaped
     */
    static synchronized int run() {
        Set<ProcessStat.Key> zombies = new HashSet<>();
        for (long pid : candidates()) {
            ProcFs.stat(pid)
                    .filter(stat -> stat.dead() && stat.parent() == ProcFs.SELF && !SessionLeaders.contains(pid))
                    .ifPresent(stat -> zombies.add(stat.key()));
        }
        int reaped = 0;
        for (ProcessStat.Key zombie : zombies) {
            if (seenBefore.contains(zombie) && reap(zombie.pid())) reaped++;
        }
        seenBefore = zombies;
        return reaped;
    }

    static boolean reap(long pid) {
        try {
            return PosixProcesses.reap(pid).isPresent();
        } catch (NativeException e) {
            return false; // its own waiter was first
        }
    }

    private static Iterable<Long> candidates() {
        return ProcFs.listsChildren() ? ProcFs.adopted() : ProcFs.all();
    }
}
