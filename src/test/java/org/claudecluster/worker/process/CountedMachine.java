package org.claudecluster.worker.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.claudecluster.worker.process.linux.ProcessStat;
import org.claudecluster.worker.process.linux.ProcessTag;

/** A machine of processes that are told by their marker, which counts how often all of it is looked at. */
public final class CountedMachine implements Machine {

    private final String markerName;
    private final Map<Long, String> markers = new TreeMap<>();
    private final List<Long> killed = new ArrayList<>();
    private int looks;

    public CountedMachine(String markerName) {
        this.markerName = markerName;
    }

    /** A process that runs until it is killed. */
    public void runs(long pid, String run) {
        markers.put(pid, run);
    }

    public int looks() {
        return looks;
    }

    public List<Long> killed() {
        return killed;
    }

    public OrphanScanner remains(Path notes) {
        return new OrphanScanner(markerName, new RunNotes(notes), Optional::empty, this);
    }

    @Override
    public List<Long> all() {
        looks++;
        return List.copyOf(markers.keySet());
    }

    @Override
    public Optional<ProcessStat> stat(long pid) {
        return Optional.of(new ProcessStat(pid, 'S', 1, pid, 1, 7, false, ProcessStat.Use.NONE));
    }

    @Override
    public Membership.Traits traits(ProcessStat process, Set<String> names) {
        return new Marked(process.pid(), Map.of(markerName, markers.getOrDefault(process.pid(), "")));
    }

    @Override
    public List<String> files(long pid) {
        return List.of();
    }

    @Override
    public boolean kill(ProcessStat.Key process) {
        killed.add(process.pid());
        return markers.remove(process.pid()) != null;
    }

    private record Marked(long pid, Map<String, String> entries) implements Membership.Traits {
        @Override
        public long session() {
            return pid;
        }

        @Override
        public Optional<ProcessTag> worn() {
            return Optional.empty();
        }

        @Override
        public Optional<ProcessTag> lent() {
            return Optional.empty();
        }

        @Override
        public Optional<String> entry(String name) {
            return Optional.ofNullable(entries.get(name));
        }
    }
}
