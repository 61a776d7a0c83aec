package org.claudecluster.worker.process;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.claudecluster.worker.libc.NativeException;
import org.claudecluster.worker.process.linux.LinuxProcesses;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessStat;
import org.claudecluster.worker.process.linux.Signal;
import org.claudecluster.worker.time.Doubling;
import org.jboss.logging.Logger;

/**
 * All that a terminal's leader started, however it hid: in the background, in a session of its own, without a terminal,
 * deaf to signals, orphaned, or with its environment cleared. {@link Containment} makes it.
 *
 * <p>On Linux a process belongs to the tree when it descends from the leader, wears the run's brand, is in the run's
 * cgroup, carries the marker in the environment it was started with, is in the leader's session, or was once seen to
 * belong. Elsewhere only descendants that were seen while their parents lived are known.
 */
public final class ProcessTree {
    private static final Logger LOG = Logger.getLogger(ProcessTree.class);
    private static final Duration KILL_BOUND = Duration.ofSeconds(2);
    private static final Doubling LOOKS = new Doubling(Duration.ofNanos(500_000), Duration.ofMillis(20));

    private final long leaderPid;
    private final ProcessTable table;
    private final Runnable emptied;

    /** With what needs nothing of the system: descent, marker and session. */
    public ProcessTree(String markerName, String markerValue, long leaderPid) {
        this(
                leaderPid,
                ProcFs.available()
                        ? new LinuxProcessTable(
                                LinuxProcessTable.Marks.ofEnvironment(markerName, markerValue), leaderPid)
                        : new HandleProcessTable(leaderPid));
    }

    public ProcessTree(long leaderPid, ProcessTable table) {
        this(leaderPid, table, () -> {});
    }

    /**
     * A tree with all that {@link Containment} could give it.
     *
     * @param emptied run when an end has left nothing; harmless when run again
     */
    public ProcessTree(long leaderPid, ProcessTable table, Runnable emptied) {
        this.leaderPid = leaderPid;
        this.table = table;
        this.emptied = emptied;
    }

    ProcessTable table() {
        return table;
    }

    /** What the kernel counts for it, also after its end; empty fields where it has no cgroup. */
    public TreeAccount account() {
        return switch (table) {
            case LinuxProcessTable linux ->
                linux.marks().cgroup().map(Cgroup::account).orElse(TreeAccount.NONE);
            case HandleProcessTable _ -> TreeAccount.NONE;
        };
    }

    /**
     * Once per process, before the first launch: makes us the parent of orphans in place of init, so that they are found
     * at once and can be reaped. Does nothing where the system has no such thing; trees then search all processes.
     */
    public static void adoptOrphans() {
        if (!ProcFs.available()) return;
        try {
            LinuxProcesses.becomeSubreaper();
            LinuxProcessTable.orphansAreOurs();
        } catch (NativeException | LinkageError e) {
            LOG.warnf("orphans go to init: %s", e);
        }
    }

    /**
     * Reaps zombies among adopted orphans, those that were zombies in the previous call too. To be called every few
     * seconds by one scheduler; costs one small read when there is nothing.
     *
     * @return how many were reaped
     */
    public static int reapOrphans() {
        return ProcFs.available() ? OrphanReaper.run() : 0;
    }

    /** Process ids alive now, the leader's among them while it lives; zombies are not alive. */
    public Set<Long> members() {
        return table.members().keySet();
    }

    /** {@link #end(Leader, Grace, BooleanSupplier)} with all the grace. */
    public TreeEnd end(Leader leader, Grace grace) throws InterruptedException {
        return end(leader, grace, () -> false);
    }

    /**
     * Ends everything: SIGINT to the leader's group while the leader lives, SIGTERM when that did not end it in time,
     * then SIGKILL to every member until none is left, at most two seconds long. Returns only after {@code leader} was
     * reaped, or names it among the survivors. Blocks; an interrupt leaves the rest running.
     *
     * @param atOnce asked again and again; from the moment it says true there is no more grace
     */
    public TreeEnd end(Leader leader, Grace grace, BooleanSupplier atOnce) throws InterruptedException {
        Optional<Signal> sent = Optional.empty();
        boolean ended = false;
        if (!atOnce.getAsBoolean() && ask(leader, Signal.INTERRUPT)) {
            sent = Optional.of(Signal.INTERRUPT);
            ended = endsWithin(grace.interrupt(), leader, atOnce);
            if (!ended && !atOnce.getAsBoolean() && ask(leader, Signal.TERMINATE)) {
                sent = Optional.of(Signal.TERMINATE);
                ended = endsWithin(grace.terminate(), leader, atOnce);
            }
        }
        if (!ended && ask(leader, Signal.KILL)) sent = Optional.of(Signal.KILL);
        Killing killing = kill();
        if (sent.equals(Optional.of(Signal.KILL))) killing.killed.add(leaderPid);
        if (!await(KILL_BOUND, () -> !leader.alive())) killing.survivors.add(leaderPid);
        return ended(sent, killing);
    }

    private static boolean endsWithin(Duration limit, Leader leader, BooleanSupplier atOnce)
            throws InterruptedException {
        boolean _ = await(limit, () -> !leader.alive() || atOnce.getAsBoolean());
        return !leader.alive();
    }

    /** The same without asking first: for what is left after the leader's own exit. */
    public TreeEnd sweep() throws InterruptedException {
        Killing killing = kill();
        return ended(Optional.empty(), killing);
    }

    private TreeEnd ended(Optional<Signal> sent, Killing killing) {
        if (killing.survivors.isEmpty()) emptied.run();
        return new TreeEnd(sent, killing.killed.size(), killing.survivors);
    }

    // A look before each signal: who is seen now is known later, when its parents are gone.
    private boolean ask(Leader leader, Signal signal) {
        if (!leader.alive()) return false;
        Map<Long, ProcessStat> _ = table.members();
        return leader.signal(signal);
    }

    private static final class Killing {
        final Set<Long> killed = new HashSet<>();
        Set<Long> survivors = new HashSet<>();
    }

    /**
     * INVARIANT: once anything was killed, two looks in a row must find nothing: a dying process may have forked behind
     * the first look, and its children come to us only when it is dead.
     */
    private Killing kill() throws InterruptedException {
        Killing killing = new Killing();
        int[] quiet = {0};
        boolean done = await(KILL_BOUND, () -> {
            Map<Long, ProcessStat> members = table.members();
            if (!members.isEmpty()) table.killAtOnce();
            members.forEach((pid, stat) -> {
                if (table.kill(stat)) killing.killed.add(pid);
            });
            quiet[0] = members.isEmpty() ? quiet[0] + 1 : 0;
            return quiet[0] > 1 || (quiet[0] == 1 && killing.killed.isEmpty());
        });
        if (!done) killing.survivors = new HashSet<>(members());
        return killing;
    }

    /** Polls, soon at first: most ends take a millisecond. Says whether it became true in time. */
    private static boolean await(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long start = System.nanoTime();
        Duration pause = LOOKS.first();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) return false;
            Thread.sleep(pause);
            pause = LOOKS.after(pause);
        }
        return true;
    }

    /** Where a tree's processes are looked up and killed. */
    sealed interface ProcessTable permits LinuxProcessTable, HandleProcessTable {
        /** By process id; a snapshot for the caller to keep. */
        Map<Long, ProcessStat> members();

        /** Sends SIGKILL to this very process, never to a later owner of its number; says whether it was sent. */
        boolean kill(ProcessStat process);

        /** SIGKILL to all at once where that can be had; a look and {@link #kill} come before it and after it. */
        default void killAtOnce() {}
    }

    /** Without /proc. */
    static final class HandleProcessTable implements ProcessTable {
        private final Optional<ProcessHandle> leader;
        private final Map<Long, ProcessHandle> known = new HashMap<>();

        HandleProcessTable(long leaderPid) {
            leader = ProcessHandle.of(leaderPid);
        }

        @Override
        public synchronized Map<Long, ProcessStat> members() {
            leader.ifPresent(handle -> known.put(handle.pid(), handle));
            Set<ProcessHandle> found =
                    known.values().stream().flatMap(ProcessHandle::descendants).collect(Collectors.toSet());
            found.forEach(handle -> known.put(handle.pid(), handle));
            known.values().removeIf(handle -> !handle.isAlive());
            return known.keySet().stream()
                    .collect(Collectors.toMap(
                            pid -> pid, pid -> new ProcessStat(pid, 'R', 0, 0, 1, 0, false, ProcessStat.Use.NONE)));
        }

        @Override
        public synchronized boolean kill(ProcessStat process) {
            ProcessHandle handle = known.get(process.pid());
            return handle != null && handle.destroyForcibly();
        }
    }
}
