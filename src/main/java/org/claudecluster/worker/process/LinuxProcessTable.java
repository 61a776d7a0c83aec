package org.claudecluster.worker.process;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.process.linux.CpuTally;
import org.claudecluster.worker.process.linux.LinuxProcesses;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessStat;
import org.claudecluster.worker.process.linux.ProcessTag;
import org.claudecluster.worker.process.linux.SessionLeaders;

/**
 * One tree's processes by /proc. The kernel gives us, as subreaper, every orphan below us, so what is left of a tree
 * hangs under its living leader or under an orphan in the list of our main thread's children, which is normally empty.
 */
public final class LinuxProcessTable implements ProcessTree.ProcessTable {
    private static final long PAGE_BYTES = LinuxProcesses.pageBytes();

    // As pid 1 orphans are ours anyway.
    private static volatile boolean orphansAreOurs = ProcFs.SELF == 1;

    private final Marks marks;
    private final long leaderPid;
    private final Optional<ProcessStat> leader;
    private final Map<Long, Long> known = new HashMap<>();
    private final CpuTally tally = new CpuTally();

    private final boolean searching;

    /**
     * The marks by which a tree's processes are known, besides their descent.
     *
     * @param name of the entry in the environment
     * @param value of it
     * @param brand which they wear; empty where there are none
     * @param cgroup which they are in
     */
    public record Marks(String name, String value, Optional<ProcessTag> brand, Optional<Cgroup> cgroup) {
        /** Those which need nothing of the system. */
        public static Marks ofEnvironment(String name, String value) {
            return new Marks(name, value, Optional.empty(), Optional.empty());
        }
    }

    public LinuxProcessTable(Marks marks, long leaderPid) {
        this(marks, leaderPid, !orphansAreOurs || !ProcFs.listsChildren());
    }

    /** With {@code searching} it looks at all processes, for want of a list of our orphans. */
    public LinuxProcessTable(Marks marks, long leaderPid, boolean searching) {
        this.searching = searching;
        this.marks = marks;
        this.leaderPid = leaderPid;
        this.leader = ProcFs.stat(leaderPid).filter(stat -> stat.parent() == ProcFs.SELF);
    }

    static void orphansAreOurs() {
        orphansAreOurs = true;
    }

    @Override
    public synchronized Map<Long, ProcessStat> members() {
        Map<Long, ProcessStat> found = searching ? bySearch() : byDescent();
        found.values().removeIf(this::gone);
        known.clear();
        found.values().forEach(stat -> known.put(stat.pid(), stat.started()));
        return found;
    }

    @Override
    public boolean kill(ProcessStat process) {
        return Machine.THIS.kill(process.key());
    }

    @Override
    public void killAtOnce() {
        marks.cgroup().ifPresent(Cgroup::kill);
    }

    Marks marks() {
        return marks;
    }

    long leaderPid() {
        return leaderPid;
    }

    /** When the tree began, in ticks since boot; nothing of it is older. */
    long began() {
        return leader.map(ProcessStat::started).orElse(0L);
    }

    /** As found by the last look of any kind, and the leader. */
    synchronized Set<ProcessStat.Key> known() {
        Set<ProcessStat.Key> keys = new HashSet<>();
        known.forEach((pid, started) -> keys.add(new ProcessStat.Key(pid, started)));
        leader.ifPresent(stat -> keys.add(stat.key()));
        return keys;
    }

    /**
     * Remembers what somebody else's look has found.
     *
     * @param before what was known when that look began; of this, what it did not find has gone
     */
    synchronized TreeUsage learn(Set<ProcessStat.Key> before, List<ProcessStat> members) {
        before.forEach(key -> known.remove(key.pid(), key.started()));
        List<ProcessStat> living = members.stream().filter(stat -> !stat.dead()).toList();
        living.forEach(stat -> known.put(stat.pid(), stat.started()));
        long pages = living.stream()
                .mapToLong(stat -> Math.max(0, stat.use().residentPages()))
                .sum();
        Duration counted = marks.cgroup().flatMap(Cgroup::cpu).orElse(Duration.ZERO);
        return new TreeUsage(pages * PAGE_BYTES, tally.add(members, counted), living.size());
    }

    private Map<Long, ProcessStat> byDescent() {
        Deque<Long> roots = new ArrayDeque<>();
        leader.filter(this::isStill).ifPresent(stat -> roots.add(stat.pid()));
        known.forEach((pid, started) -> {
            if (isStill(pid, started)) roots.add(pid);
        });
        Membership<Marks> rule = rule();
        roots.addAll(rule.inside());
        for (long orphan : ProcFs.adopted()) {
            if (ProcFs.stat(orphan).filter(stat -> belongs(stat, rule)).isPresent()) roots.add(orphan);
        }
        Map<Long, ProcessStat> found = new LinkedHashMap<>();
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

    private Map<Long, ProcessStat> bySearch() {
        Map<Long, List<ProcessStat>> byParent = new HashMap<>();
        Deque<ProcessStat> roots = new ArrayDeque<>();
        Membership<Marks> rule = rule();
        for (long pid : ProcFs.all()) {
            ProcFs.stat(pid).ifPresent(stat -> {
                byParent.computeIfAbsent(stat.parent(), _ -> new ArrayList<>()).add(stat);
                if (isLeader(stat) || belongs(stat, rule)) roots.add(stat);
            });
        }
        Map<Long, ProcessStat> found = new LinkedHashMap<>();
        while (!roots.isEmpty()) {
            ProcessStat stat = roots.remove();
            if (found.put(stat.pid(), stat) == null) roots.addAll(byParent.getOrDefault(stat.pid(), List.of()));
        }
        return found;
    }

    private Membership<Marks> rule() {
        return new Membership<Marks>().with(marks, marks, leaderPid);
    }

    private boolean belongs(ProcessStat stat, Membership<Marks> rule) {
        Long started = known.get(stat.pid());
        if (started != null && started == stat.started()) return true;
        return rule.of(Machine.THIS.traits(stat, rule.names())).isPresent();
    }

    private boolean isLeader(ProcessStat stat) {
        return leader.filter(known -> known.pid() == stat.pid() && known.started() == stat.started())
                .isPresent();
    }

    /** Our own zombies are taken away on the way; a leader's end is its launcher's to take. */
    private boolean gone(ProcessStat stat) {
        if (!stat.dead()) return false;
        if (stat.parent() == ProcFs.SELF && stat.pid() != leaderPid && !SessionLeaders.contains(stat.pid()))
            OrphanReaper.reap(stat.pid());
        return true;
    }

    private boolean isStill(ProcessStat stat) {
        return isStill(stat.pid(), stat.started());
    }

    private static boolean isStill(long pid, long started) {
        return ProcFs.stat(pid).filter(stat -> stat.started() == started).isPresent();
    }
}
