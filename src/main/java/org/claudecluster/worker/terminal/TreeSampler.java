package org.claudecluster.worker.terminal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Measures many trees in one pass over /proc: one small read for each process of theirs. Others are read each tenth time.
 * What a pass finds the trees remember, so that frequent passes also make their later looks see more. Not for use by
 * several threads at once.
 */
public final class TreeSampler {

    private static final int PASSES_PER_FULL_ONE = 10;

    // Bounded by the processes of the machine, and forgotten each tenth time, since numbers are given again.
    private final Set<Long> strangers = new HashSet<>();
    private int passes;

    /** What each tree takes now; trees that are not asked for cost nothing. */
    public Map<ProcessTree, TreeUsage> sample(Collection<ProcessTree> trees) {
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
        if (!tables.isEmpty()) usages.putAll(pass(tables));
        return usages;
    }

    private Map<ProcessTree, TreeUsage> pass(Map<LinuxProcessTable, ProcessTree> tables) {
        if (passes++ % PASSES_PER_FULL_ONE == 0) strangers.clear();
        Map<LinuxProcessTable, Set<ProcessStat.Key>> before = new HashMap<>();
        tables.keySet().forEach(table -> before.put(table, table.known()));
        Sorting sorting = new Sorting(before);
        Map<LinuxProcessTable, List<ProcessStat>> members = sorting.sort(strangers);
        Map<ProcessTree, TreeUsage> usages = new HashMap<>();
        tables.forEach((table, tree) -> usages.put(
                tree, table.learn(before.getOrDefault(table, Set.of()), members.getOrDefault(table, List.of()))));
        return usages;
    }

    /** Which process belongs to which tree, in one pass. */
    private static final class Sorting {
        private final Map<ProcessStat.Key, LinuxProcessTable> known = new HashMap<>();
        private final Set<Long> knownPids = new HashSet<>();
        private final Set<LinuxProcessTable> tables;
        private final Map<Brand, LinuxProcessTable> byBrand = new HashMap<>();
        private final Map<Long, ProcessStat> stats = new HashMap<>();
        private final Map<Long, LinuxProcessTable> owners = new HashMap<>();

        Sorting(Map<LinuxProcessTable, Set<ProcessStat.Key>> before) {
            tables = before.keySet();
            before.forEach((table, keys) -> {
                table.marks().brand().ifPresent(brand -> byBrand.put(brand, table));
                for (ProcessStat.Key key : keys) {
                    known.put(key, table);
                    knownPids.add(key.pid());
                }
            });
        }

        /** Adds to {@code strangers} who belongs to no tree, and does not read those who are there already. */
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
                byMarks(orphan).ifPresent(table -> owners.put(orphan.pid(), table));
            }
            withoutOwner().forEach(stat -> strangers.add(stat.pid()));
            Map<LinuxProcessTable, List<ProcessStat>> members = new HashMap<>();
            owners.forEach((pid, table) -> {
                ProcessStat stat = stats.get(pid);
                if (stat != null)
                    members.computeIfAbsent(table, _ -> new ArrayList<>()).add(stat);
            });
            return members;
        }

        /** Those for whom no ancestor answers. */
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

        /** As a table does it for itself, but with one look for all of them. */
        private Optional<LinuxProcessTable> byMarks(ProcessStat stat) {
            Optional<Brand> worn = byBrand.isEmpty() ? Optional.empty() : ProcFs.brand(stat.pid());
            if (worn.isPresent() && byBrand.containsKey(worn.get())) return worn.map(byBrand::get);
            Map<String, Optional<String>> entries = new HashMap<>();
            return tables.stream()
                    .filter(table -> worn.isEmpty() || table.marks().brand().isEmpty())
                    .filter(table -> table.isOurs(
                            stat,
                            entries.computeIfAbsent(
                                    table.marks().name(), name -> ProcFs.environment(stat.pid(), name))))
                    .findFirst();
        }
    }
}
