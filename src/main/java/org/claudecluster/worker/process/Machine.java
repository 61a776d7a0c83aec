package org.claudecluster.worker.process;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.process.linux.ProcessStat;

/** The processes of this machine, ourselves excepted. */
interface Machine {

    /** The real one; without /proc it has no processes. */
    Machine THIS = new LinuxMachine();

    /** The numbers of all; this is the look at the whole machine. */
    List<Long> all();

    /** Empty when it has gone. */
    Optional<ProcessStat> stat(long pid);

    /** What it shows of itself, read when it is asked for, of its environment the named entries only. */
    Membership.Traits traits(ProcessStat process, Set<String> names);

    /** Where it works, and what it has open, as far as we may look; the targets' texts. */
    List<String> files(long pid);

    /** Sends SIGKILL to this very process, never to a later owner of its number; says whether it was sent. */
    boolean kill(ProcessStat.Key process);
}
