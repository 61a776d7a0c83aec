package org.claudecluster.worker.terminal;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.terminal.ProcFs.Stat;

/**
 * One tree's processes by /proc. The kernel gives us, as subreaper, every orphan below us, so what is left of a tree
 * hangs under its living leader or under an orphan in the list of our main thread's children, which is normally empty.
 */
final class LinuxProcessTable implements ProcessTree.ProcessTable {
    // As pid 1 orphans are ours anyway.
    private static volatile boolean orphansAreOurs = ProcFs.SELF == 1;

    private final String markerName;
    private final String markerValue;
    private final long leaderPid;
    private final Optional<Stat> leader;
    private final Map<Long, Long> known = new HashMap<>();

    private final boolean searching;

    LinuxProcessTable(String markerName, String markerValue, long leaderPid) {
        this(markerName, markerValue, leaderPid, !orphansAreOurs || !ProcFs.listsChildren());
    }

    /** With {@code searching} it looks at all processes, for want of a list of our orphans. */
    LinuxProcessTable(String markerName, String markerValue, long leaderPid, boolean searching) {
        this.searching = searching;
        this.markerName = markerName;
        this.markerValue = markerValue;
        this.leaderPid = leaderPid;
        this.leader = ProcFs.stat(leaderPid).filter(stat -> stat.parent() == ProcFs.SELF);
    }

    static void orphansAreOurs() {
        orphansAreOurs = true;
    }

    @Override
    public synchronized Map<Long, Stat> members() {
        Map<Long, Stat> found = searching ? bySearch() : byDescent();
        found.values().removeIf(this::gone);
        known.clear();
        found.values().forEach(stat -> known.put(stat.pid(), stat.started()));
        return found;
    }

    @Override
    public boolean kill(Stat process) {
        try (Arena arena = Arena.ofConfined();
                OpenFds fds = new OpenFds()) {
            int pidfd = fds.add(LinuxProcesses.openPidfd(arena, process.pid()));
            // INVARIANT: looked at after the descriptor was opened: if it is the same process now, it is the one we
            // hold.
            return isStill(process.pid(), process.started()) && LinuxProcesses.signalPidfd(pidfd, Signal.KILL.number());
        } catch (NativeFailure e) {
            return isStill(process.pid(), process.started())
                    && PosixProcesses.kill(process.pid(), Signal.KILL.number());
        }
    }

    private Map<Long, Stat> byDescent() {
        Deque<Long> roots = new ArrayDeque<>();
        leader.filter(this::isStill).ifPresent(stat -> roots.add(stat.pid()));
        known.forEach((pid, started) -> {
            if (isStill(pid, started)) roots.add(pid);
        });
        for (long orphan : ProcFs.adopted()) {
            if (ProcFs.stat(orphan).filter(this::belongs).isPresent()) roots.add(orphan);
        }
        Map<Long, Stat> found = new LinkedHashMap<>();
        while (!roots.isEmpty()) {
            long pid = roots.remove();
            if (found.containsKey(pid)) continue;
            ProcFs.stat(pid).ifPresent(stat -> {
                found.put(pid, stat);
                roots.addAll(ProcFs.children(pid));
            });
        }
        return found;
    }

    private Map<Long, Stat> bySearch() {
        Map<Long, List<Stat>> byParent = new HashMap<>();
        Deque<Stat> roots = new ArrayDeque<>();
        for (long pid : ProcFs.all()) {
            ProcFs.stat(pid).ifPresent(stat -> {
                byParent.computeIfAbsent(stat.parent(), _ -> new ArrayList<>()).add(stat);
                if (isLeader(stat) || belongs(stat)) roots.add(stat);
            });
        }
        Map<Long, Stat> found = new LinkedHashMap<>();
        while (!roots.isEmpty()) {
            Stat stat = roots.remove();
            if (found.put(stat.pid(), stat) == null) roots.addAll(byParent.getOrDefault(stat.pid(), List.of()));
        }
        return found;
    }

    /** The marker decides; the session only for those who carry none. */
    private boolean belongs(Stat stat) {
        Long started = known.get(stat.pid());
        if (started != null && started == stat.started()) return true;
        return ProcFs.environment(stat.pid(), markerName)
                .map(markerValue::equals)
                .orElse(stat.session() == leaderPid && stat.pid() != leaderPid);
    }

    private boolean isLeader(Stat stat) {
        return leader.filter(known -> known.pid() == stat.pid() && known.started() == stat.started())
                .isPresent();
    }

    /** Our own zombies are taken away on the way; a leader's end is its launcher's to take. */
    private boolean gone(Stat stat) {
        if (!stat.dead()) return false;
        if (stat.parent() == ProcFs.SELF && stat.pid() != leaderPid && !Leaders.contains(stat.pid()))
            OrphanReaper.reap(stat.pid());
        return true;
    }

    private boolean isStill(Stat stat) {
        return isStill(stat.pid(), stat.started());
    }

    private static boolean isStill(long pid, long started) {
        return ProcFs.stat(pid).filter(stat -> stat.started() == started).isPresent();
    }
}
