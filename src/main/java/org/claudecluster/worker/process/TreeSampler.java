package org.claudecluster.worker.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessStat;

/**
 * Measures many trees in one pass over /proc: one small read for each process of theirs. Others are read each tenth
 * time. The trees remember what a pass finds, so that frequent passes also make their later looks see more. Not for use
 * by several threads at once.
 */
public final class TreeSampler {

    private static final int PASSES_PER_FULL_ONE = 10;

    // Who is nobody's, with the time of its start. Bounded by the processes of the machine, and forgotten each tenth
    // time, since numbers are given again.
    private final Map<Long, Long> strangers = new HashMap<>();
    private Set<LinuxProcessTable> before = Set.of();
    private int passes;

    /**
     * What each tree takes now.
     *
     * @param all that there are: who is in none of them is not read again for a while
     */
    public Map<ProcessTree, TreeUsage> sample(Collection<ProcessTree> all) {
        return sample(all, true);
    }

    /** What one of them takes now. It says nothing of the others, so that nobody becomes a stranger by it. */
    public TreeUsage sampleOne(ProcessTree tree) {
        return sample(Set.of(tree), false).getOrDefault(tree, TreeUsage.NONE);
    }

    private Map<ProcessTree, TreeUsage> sample(Collection<ProcessTree> trees, boolean whole) {
        Map<ProcessTree, TreeUsage> usages = new HashMap<>();
        Map<LinuxProcessTable, ProcessTree> tables = new HashMap<>();
        for (ProcessTree tree : trees) {
            switch (tree.table()) {
                case LinuxProcessTable table -> tables.put(table, tree);
                case ProcessTree.HandleProcessTable table ->
                    usages.put(
                            tree,
                            new TreeUsage(0, Duration.ZERO, table.members().size()));
            }
        }
        if (whole) forgetStrangers(tables.keySet());
        if (!tables.isEmpty()) usages.putAll(pass(tables, whole));
        return usages;
    }

    /** One who was nobody's, as far as the last pass knew, may be of a tree that has begun since then. */
    private void forgetStrangers(Set<LinuxProcessTable> now) {
        if (passes++ % PASSES_PER_FULL_ONE == 0) strangers.clear();
        now.stream()
                .filter(table -> !before.contains(table))
                .mapToLong(LinuxProcessTable::began)
                .min()
                .ifPresent(began -> strangers.values().removeIf(started -> started >= began));
        before = Set.copyOf(now);
    }

    private Map<ProcessTree, TreeUsage> pass(Map<LinuxProcessTable, ProcessTree> tables, boolean whole) {
        Map<LinuxProcessTable, Set<ProcessStat.Key>> known = new HashMap<>();
        tables.keySet().forEach(table -> known.put(table, table.known()));
        Sorting sorting = new Sorting(known);
        Map<LinuxProcessTable, List<ProcessStat>> members = sorting.sort(strangers.keySet());
        if (whole) sorting.withoutOwner().forEach(stat -> strangers.put(stat.pid(), stat.started()));
        Map<ProcessTree, TreeUsage> usages = new HashMap<>();
        tables.forEach((table, tree) -> usages.put(
                tree, table.learn(known.getOrDefault(table, Set.of()), members.getOrDefault(table, List.of()))));
        return usages;
    }

    /** Which process belongs to which tree, in one pass. */
    private static final class Sorting {
        private final Map<ProcessStat.Key, LinuxProcessTable> known = new HashMap<>();
        private final Set<Long> knownPids = new HashSet<>();
        private final Membership<LinuxProcessTable> rule = new Membership<>();
        private final Map<Long, ProcessStat> stats = new HashMap<>();
        private final Map<Long, LinuxProcessTable> owners = new HashMap<>();

        Sorting(Map<LinuxProcessTable, Set<ProcessStat.Key>> before) {
            before.forEach((table, keys) -> {
                rule.with(table, table.marks(), table.leaderPid());
                for (ProcessStat.Key key : keys) {
                    known.put(key, table);
                    knownPids.add(key.pid());
                }
            });
            knownPids.addAll(rule.inside());
        }

        /** Strangers are not read. */
        Map<LinuxProcessTable, List<ProcessStat>> sort(Set<Long> strangers) {
            for (long pid : ProcFs.all()) {
                if (knownPids.contains(pid) || !strangers.contains(pid))
                    ProcFs.stat(pid).ifPresent(stat -> stats.put(pid, stat));
            }
            for (ProcessStat stat : stats.values()) {
                LinuxProcessTable table = known.get(stat.key());
                if (table != null) owners.put(stat.pid(), table);
            }
            for (ProcessStat orphan : withoutOwner()) {
                rule.of(Machine.THIS.traits(orphan, rule.names())).ifPresent(table -> owners.put(orphan.pid(), table));
            }
            Map<LinuxProcessTable, List<ProcessStat>> members = new HashMap<>();
            owners.forEach((pid, table) -> {
                ProcessStat stat = stats.get(pid);
                if (stat != null)
                    members.computeIfAbsent(table, _ -> new ArrayList<>()).add(stat);
            });
            return members;
        }

        /** Those for whom no ancestor answers, and as long as the rule was not asked, those for whom it will. */
        private List<ProcessStat> withoutOwner() {
            List<ProcessStat> left = new ArrayList<>();
            for (ProcessStat stat : stats.values()) {
                if (!ownedByDescent(stat)) left.add(stat);
            }
            return left;
        }

        private boolean ownedByDescent(ProcessStat stat) {
            List<Long> line = new ArrayList<>();
            ProcessStat at = stat;
            while (at != null && !owners.containsKey(at.pid()) && line.size() <= stats.size()) {
                line.add(at.pid());
                at = stats.get(at.parent());
            }
            LinuxProcessTable owner = at == null ? null : owners.get(at.pid());
            if (owner == null) return false;
            line.forEach(pid -> owners.put(pid, owner));
            return true;
        }
    }
}
