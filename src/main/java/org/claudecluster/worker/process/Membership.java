package org.claudecluster.worker.process;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.claudecluster.worker.process.linux.OwnProcesses;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessTag;
import org.jspecify.annotations.Nullable;

/**
 * Whose is a process? The one rule by what a process shows of itself, for all who ask: a tree about its own
 * ({@link LinuxProcessTable}), the sampler about all trees ({@link TreeSampler}), and a worker that starts about what its
 * predecessor left ({@link OrphanScanner}). They differ only in the runs they know.
 *
 * <p>The first of these that says anything decides: the cgroup; the brand, which none can take off; the marker in the
 * environment, of a run or of the worker itself ({@link OwnProcesses}); the brand that was lent at birth; the session.
 * Descent, and what an earlier look has found, are known to the one who asks, and come before all of them.
 *
 * @param <R> what stands for a run
 */
final class Membership<R> {

    /** Ours, where we are a task of another worker: all that we start wears it, so it tells nothing. */
    private static final Optional<ProcessTag> OURS =
            ProcFs.available() ? ProcFs.brand(ProcFs.SELF) : Optional.<ProcessTag>empty();

    private final Optional<ProcessTag> ours;
    private final Set<String> names = new HashSet<>();
    private final Map<ProcessTag, R> branded = new HashMap<>();
    private final Map<Marker, R> marked = new HashMap<>();
    private final Map<Long, R> led = new HashMap<>();
    private final Map<Long, R> inside = new HashMap<>();
    private Function<Marker, Optional<R>> others = _ -> Optional.empty();

    /** An entry in the environment. */
    record Marker(String name, String value) {}

    /** The visible traits of a process. */
    interface Traits {
        long pid();

        /** The pid of its session's leader. */
        long session();

        /** The brand it wears for good. */
        Optional<ProcessTag> worn();

        /** The brand it was lent when it was born. */
        Optional<ProcessTag> lent();

        /** An entry of the environment that its program was started with. */
        Optional<String> entry(String name);
    }

    Membership() {
        this(OURS);
    }

    /** As if the worker itself wore this brand. */
    Membership(Optional<ProcessTag> ours) {
        this.ours = ours;
    }

    /** Adds a run with a living tree; who is in its cgroup is asked now. */
    Membership<R> with(R run, LinuxProcessTable.Marks marks, long leaderPid) {
        names.add(marks.name());
        marked.put(new Marker(marks.name(), marks.value()), run);
        marks.brand().ifPresent(brand -> branded.put(brand, run));
        marks.cgroup().ifPresent(group -> with(run, group));
        led.put(leaderPid, run);
        return this;
    }

    /** Adds a run of which there is a note. */
    Membership<R> with(R run, ProcessTag brand) {
        branded.put(brand, run);
        return this;
    }

    /** Adds a run's cgroup, with those who are in it now. */
    Membership<R> with(R run, Cgroup group) {
        group.processes().forEach(pid -> inside.put(pid, run));
        return this;
    }

    /** Takes every value under this name for a run's. */
    Membership<R> withAnyMarked(String name, Function<String, R> run) {
        names.add(name);
        others = marker -> Optional.of(run.apply(marker.value()));
        return this;
    }

    /** Those who are in a run's cgroup. */
    Set<Long> inside() {
        return Set.copyOf(inside.keySet());
    }

    /** What has to be read of a process's environment. */
    Set<String> names() {
        Set<String> all = new HashSet<>(names);
        all.add(OwnProcesses.MARKER);
        return all;
    }

    /** The run that the process belongs to; empty when it is no known run's. */
    Optional<R> of(Traits process) {
        @Nullable R in = inside.get(process.pid());
        if (in != null) return Optional.of(in);
        Optional<ProcessTag> worn = worn(process);
        if (worn.isPresent()) return branded.containsKey(worn.get()) ? branded(worn) : agreeing(process, worn.get());
        Optional<Marker> marker = marker(process);
        if (marker.isPresent()) return marked(marker.get());
        if (process.entry(OwnProcesses.MARKER).isPresent()) return Optional.empty();
        return branded(process.lent()).or(() -> leader(process));
    }

    /** Whether it shows nothing by which anybody could tell whose it is. */
    boolean isMute(Traits process) {
        return !inside.containsKey(process.pid())
                && worn(process).isEmpty()
                && marker(process).isEmpty()
                && process.entry(OwnProcesses.MARKER).isEmpty();
    }

    private Optional<ProcessTag> worn(Traits process) {
        return process.worn().filter(brand -> !ours.equals(Optional.of(brand)));
    }

    /** A brand that nobody here knows is another's, unless the marker says the same as it does. */
    private Optional<R> agreeing(Traits process, ProcessTag worn) {
        return marker(process)
                .filter(marker -> ProcessTag.of(marker.value()).equals(worn))
                .flatMap(this::marked);
    }

    private Optional<Marker> marker(Traits process) {
        return names.stream()
                .flatMap(name -> process.entry(name).map(value -> new Marker(name, value)).stream())
                .findFirst();
    }

    private Optional<R> marked(Marker marker) {
        return Optional.ofNullable(marked.get(marker)).or(() -> others.apply(marker));
    }

    private Optional<R> branded(Optional<ProcessTag> brand) {
        return brand.flatMap(known -> Optional.ofNullable(branded.get(known)));
    }

    /** A number that was a leader's may be given again, to one that leads a session too. */
    private Optional<R> leader(Traits process) {
        return process.pid() == process.session() ? Optional.empty() : Optional.ofNullable(led.get(process.session()));
    }
}
