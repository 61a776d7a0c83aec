package org.claudecluster.worker.terminal;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What runs of dead workers have left on this machine. They are no children of this process, so each look reads all of
 * /proc; where there is none, nothing is found.
 */
public final class Remains {
    private final String markerName;
    private final RunNotes notes;
    private final Optional<Cgroups> cgroups;

    Remains(String markerName, RunNotes notes, Optional<Cgroups> cgroups) {
        this.markerName = markerName;
        this.notes = notes;
        this.cgroups = cgroups;
    }

    /** Runs that have left something: a process with their marker or brand, a cgroup, or only a note. */
    public Set<String> runs() {
        Set<String> runs = new TreeSet<>(ProcessTree.marked(markerName).values());
        runs.addAll(named());
        return runs;
    }

    /**
     * The living processes of some of the runs, ourselves excepted.
     *
     * @return the run by process id
     */
    public Map<Long, String> processes(Predicate<String> wanted) {
        Map<Long, String> found = new HashMap<>();
        if (!ProcFs.available()) return found;
        Map<Brand, String> brands = new HashMap<>();
        named().forEach(run -> brands.put(Brand.of(run), run));
        for (long pid : ProcFs.all()) {
            String limits = ProcFs.limits(pid);
            Brand.in(limits)
                    .or(() -> Brand.ofBirthIn(limits))
                    .map(brands::get)
                    .or(() -> ProcFs.environment(pid, markerName))
                    .filter(wanted)
                    .ifPresent(run -> found.put(pid, run));
        }
        cgroups.ifPresent(all -> all.runs().stream()
                .filter(wanted)
                .forEach(run -> all.of(run).processes().forEach(pid -> found.put(pid, run))));
        return found;
    }

    /**
     * The last resort: who has neither marker nor brand, but works in the directory or has a file below it open. Where
     * the path does not exist any more, that is told by its text.
     */
    public Set<Long> usersOf(Path directory) {
        Set<Long> users = new HashSet<>();
        if (!ProcFs.available()) return users;
        for (long pid : ProcFs.all()) {
            if (ProcFs.uses(pid, directory)
                    && ProcFs.brand(pid).isEmpty()
                    && ProcFs.environment(pid, markerName).isEmpty()) users.add(pid);
        }
        return users;
    }

    /** Forgets runs that have no process any more, and takes their cgroups away. */
    public void forget(Predicate<String> over) {
        cgroups.ifPresent(all ->
                all.runs().stream().filter(over).forEach(run -> all.of(run).remove()));
        notes.runs().stream().filter(over).forEach(notes::remove);
    }

    private Set<String> named() {
        Set<String> named = new HashSet<>(notes.runs());
        cgroups.ifPresent(all -> named.addAll(all.runs()));
        return named;
    }
}
