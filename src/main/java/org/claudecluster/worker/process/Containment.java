package org.claudecluster.worker.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessTag;
import org.jboss.logging.Logger;

/**
 * Puts all that a run starts where it can be found and ended: a note on disk before the launch, and right after it a
 * brand, a cgroup where one may be made, and a higher rank among those that the kernel ends when memory is short. A
 * means that can't be had is told once, and done without.
 */
public final class Containment {
    private static final Logger LOG = Logger.getLogger(Containment.class);

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");
    private static final int OOM_ADJUSTMENT = 500;
    private static final int MOST_OOM_ADJUSTMENT = 1000;
    /** Of what the leader has started before it was branded; normally the first finds nothing. */
    private static final int MOST_LOOKS = 5;

    private final String markerName;
    private final RunNotes notes;
    private final CgroupUse use;
    private final AtomicBoolean toldOfBrands = new AtomicBoolean();
    private volatile Optional<Cgroups> cgroups = Optional.empty();

    /**
     * Looks at nothing yet, see {@link #begin}.
     *
     * @param markerName name of the environment entry which every run's leader gets; its value names the run
     * @param notes a directory of this worker and its successors alone, made when it is needed
     * @param use when to make cgroups
     */
    public Containment(String markerName, Path notes, CgroupUse use) {
        this.markerName = markerName;
        this.notes = new RunNotes(notes);
        this.use = use;
    }

    /** Once, before the first run: finds out whether cgroups can be had here, for which this process may have to move. */
    public void begin() {
        cgroups = use == CgroupUse.NEVER ? Optional.empty() : cgroups(use);
    }

    private static Optional<Cgroups> cgroups(CgroupUse use) {
        Optional<Path> own = CgroupFiles.own(
                CgroupFiles.read(Path.of("/proc/self/cgroup")), CgroupFiles.read(Path.of("/proc/self/mountinfo")));
        if (own.isEmpty()) {
            LOG.debug("tasks get no cgroups of their own: there is no cgroup version 2 here");
            return Optional.empty();
        }
        try {
            Cgroups cgroups = Cgroups.open(own.get());
            if (use == CgroupUse.WITH_CONTROLLERS && !cgroups.enforces()) {
                LOG.debugf("tasks get no cgroups of their own: %s offers no controller for memory or pids", own.get());
                return Optional.empty();
            }
            LOG.debugf("tasks get cgroups of their own in %s", cgroups);
            return Optional.of(cgroups);
        } catch (IOException e) {
            LOG.debugf("tasks get no cgroups of their own: %s", e.toString());
            return Optional.empty();
        }
    }

    /**
     * Before the launch: from now on a successor of this worker looks for the run's processes.
     *
     * @param run the marker's value; no two runs have the same
     */
    public void expect(String run) {
        notes.add(requirePlain(run));
    }

    /** There was no launch. */
    public void callOff(String run) {
        notes.remove(requirePlain(run));
    }

    /** Right after the launch, while the leader's number is certainly the leader's. */
    public ProcessTree enclose(Leader leader, String run, TreeLimits limits) {
        long pid = leader.pid();
        Runnable forget = () -> notes.remove(requirePlain(run));
        if (!ProcFs.available()) return new ProcessTree(pid, new ProcessTree.HandleProcessTable(pid), forget);
        boolean ours = leader.alive()
                && ProcFs.stat(pid).filter(stat -> stat.parent() == ProcFs.SELF).isPresent();
        ProcessTag brand = ProcessTag.of(run);
        boolean worn = ours && brand.putOn(pid);
        if (ours && !worn && leader.alive()) tellOfBrands();
        Optional<Cgroup> cgroup = cgroups.flatMap(all -> all.make(run, limits)).filter(group -> holds(group, leader));
        OptionalInt adjustment = ours ? raise(ProcFs.oomScoreAdjustment(pid)) : OptionalInt.empty();
        if (adjustment.isPresent()) ProcFs.adjustOomScore(pid, adjustment.getAsInt());
        LinuxProcessTable table =
                new LinuxProcessTable(new LinuxProcessTable.Marks(markerName, run, Optional.of(brand), cgroup), pid);
        takeAlong(table, pid, adjustment);
        return new ProcessTree(pid, table, () -> {
            if (cgroup.map(Cgroup::remove).orElse(true)) forget.run();
        });
    }

    private static boolean holds(Cgroup group, Leader leader) {
        if (!leader.alive() || group.take(leader.pid()) || !leader.alive()) return true;
        LOG.warn("a run could not be moved into its cgroup");
        boolean _ = group.remove();
        return false;
    }

    /** What the leader has started in the meantime; whatever those start from now on inherits it all. */
    private static void takeAlong(LinuxProcessTable table, long leader, OptionalInt adjustment) {
        Set<Long> taken = new HashSet<>(Set.of(leader));
        for (int look = 0; look < MOST_LOOKS; look++) {
            List<Long> more = table.members().keySet().stream()
                    .filter(pid -> !taken.contains(pid))
                    .toList();
            if (more.isEmpty()) return;
            for (long pid : more) {
                table.marks().brand().ifPresent(brand -> brand.putOn(pid));
                table.marks().cgroup().ifPresent(group -> group.take(pid));
                if (adjustment.isPresent()
                        && ProcFs.oomScoreAdjustment(pid).orElse(MOST_OOM_ADJUSTMENT) < adjustment.getAsInt())
                    ProcFs.adjustOomScore(pid, adjustment.getAsInt());
            }
            taken.addAll(more);
        }
    }

    private static OptionalInt raise(OptionalInt now) {
        return now.isPresent() ? OptionalInt.of(Math.min(MOST_OOM_ADJUSTMENT, now.getAsInt() + OOM_ADJUSTMENT)) : now;
    }

    private void tellOfBrands() {
        if (!toldOfBrands.getAndSet(true))
            LOG.info("processes can't be branded here (prlimit); those that clear their environment may be missed");
    }

    /** What runs of dead workers have left on this machine. */
    public OrphanScanner remains() {
        return new OrphanScanner(markerName, notes, () -> cgroups, Machine.THIS);
    }

    /** It becomes the name of a file. */
    private static String requirePlain(String run) {
        if (!PLAIN.matcher(run).matches()) throw new IllegalArgumentException("no name for a run: " + run);
        return run;
    }
}
