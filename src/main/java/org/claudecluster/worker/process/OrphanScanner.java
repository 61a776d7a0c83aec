package org.claudecluster.worker.process;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.claudecluster.worker.process.linux.ProcessStat;
import org.claudecluster.worker.process.linux.ProcessTag;

/**
 * Finds the processes that runs of dead workers have left on this machine. They are no children of this process, so
 * each look reads all of /proc, once, whatever the number of runs; where there is none, nothing is found.
 */
public final class OrphanScanner {
    private final String markerName;
    private final RunNotes notes;
    private final Supplier<Optional<Cgroups>> cgroups;
    private final Machine machine;

    OrphanScanner(String markerName, RunNotes notes, Supplier<Optional<Cgroups>> cgroups, Machine machine) {
        this.markerName = markerName;
        this.notes = notes;
        this.cgroups = cgroups;
        this.machine = machine;
    }

    /**
     * A living process of a run, ourselves excepted.
     *
     * @param started counts from the machine's start; with the number it names a process for ever
     */
    public record Left(long pid, long started, String run) {}

    /** The findings of one look. */
    public final class Look {
        private final Set<String> runs;
        private final List<Left> processes;
        private final List<ProcessStat> mute;

        private Look(Set<String> runs, List<Left> processes, List<ProcessStat> mute) {
            this.runs = Set.copyOf(runs);
            this.processes = List.copyOf(processes);
            this.mute = List.copyOf(mute);
        }

        /** Runs that have left something: a process, a cgroup, or only a note. */
        public Set<String> runs() {
            return runs;
        }

        /** Those of some of the runs. */
        public List<Left> processes(Predicate<String> wanted) {
            return processes.stream().filter(left -> wanted.test(left.run())).toList();
        }

        /**
         * The last resort: who shows nothing by which it could be told whose it is, but works in a directory below the
         * given one or has a file there open. Where the path does not exist any more, that is told by its text.
         *
         * @param run the run to be named for such a directory, by the directory's name
         */
        public List<Left> usersBelow(Path parent, Map<String, String> run) {
            List<Left> users = new ArrayList<>();
            for (ProcessStat stat : mute) {
                machine.files(stat.pid()).stream()
                        .flatMap(file -> below(parent, file).stream())
                        .filter(run::containsKey)
                        .findFirst()
                        .ifPresent(name -> users.add(new Left(stat.pid(), stat.started(), run.getOrDefault(name, ""))));
            }
            return users;
        }
    }

    /** The first name of the file's path behind the parent's. */
    private static Optional<String> below(Path parent, String file) {
        String start = parent + "/";
        if (!file.startsWith(start)) return Optional.empty();
        String rest = file.substring(start.length());
        int slash = rest.indexOf('/');
        return Optional.of(slash < 0 ? rest.replaceFirst(" \\(deleted\\)$", "") : rest.substring(0, slash));
    }

    /** Reads all of /proc. */
    public Look look() {
        Membership<String> rule = rule();
        Map<Long, ProcessStat> stats = new LinkedHashMap<>();
        for (long pid : machine.all()) {
            machine.stat(pid).filter(stat -> !stat.dead()).ifPresent(stat -> stats.put(pid, stat));
        }
        Map<Long, String> runs = new HashMap<>();
        List<ProcessStat> mute = new ArrayList<>();
        for (ProcessStat stat : stats.values()) {
            Membership.Traits traits = machine.traits(stat, rule.names());
            rule.of(traits).ifPresent(run -> runs.put(stat.pid(), run));
            if (!runs.containsKey(stat.pid()) && rule.isMute(traits)) mute.add(stat);
        }
        addDescendants(stats, runs);
        mute.removeIf(stat -> runs.containsKey(stat.pid()));
        List<Left> processes = runs.entrySet().stream()
                .flatMap(entry -> Optional.ofNullable(stats.get(entry.getKey()))
                        .map(stat -> new Left(stat.pid(), stat.started(), entry.getValue()))
                        .stream())
                .toList();
        Set<String> all = new TreeSet<>(named());
        all.addAll(runs.values());
        return new Look(all, processes, mute);
    }

    private Membership<String> rule() {
        Membership<String> rule = new Membership<String>().withAnyMarked(markerName, run -> run);
        named().forEach(run -> rule.with(run, ProcessTag.of(run)));
        cgroups.get().ifPresent(all -> all.runs().forEach(run -> rule.with(run, all.of(run))));
        return rule;
    }

    /** What hangs below a run's process is the run's, unless it says another's. */
    private static void addDescendants(Map<Long, ProcessStat> stats, Map<Long, String> runs) {
        Map<Long, List<Long>> children = new HashMap<>();
        stats.values()
                .forEach(stat -> children.computeIfAbsent(stat.parent(), _ -> new ArrayList<>())
                        .add(stat.pid()));
        Deque<Long> heads = new ArrayDeque<>(runs.keySet());
        while (!heads.isEmpty()) {
            long head = heads.remove();
            for (long child : children.getOrDefault(head, List.of())) {
                if (runs.putIfAbsent(child, runs.getOrDefault(head, "")) == null) heads.add(child);
            }
        }
    }

    /** SIGKILL to each of these very processes; says how many there still were. */
    public int kill(Collection<Left> processes) {
        return (int) processes.stream()
                .filter(left -> machine.kill(new ProcessStat.Key(left.pid(), left.started())))
                .count();
    }

    /** Forgets runs that have no process any more, and takes their cgroups away. */
    public void forget(Predicate<String> over) {
        cgroups.get()
                .ifPresent(all -> all.runs().stream()
                        .filter(over)
                        .forEach(run -> all.of(run).remove()));
        notes.runs().stream().filter(over).forEach(notes::remove);
    }

    /** Runs of which there is a note: those of this worker and of the ones that had its directory before. */
    public Set<String> noted() {
        return notes.runs();
    }

    private Set<String> named() {
        Set<String> named = new HashSet<>(notes.runs());
        cgroups.get().ifPresent(all -> named.addAll(all.runs()));
        return named;
    }
}
