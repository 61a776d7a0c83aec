package org.claudecluster.worker.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.claudecluster.worker.process.linux.ProcFs;
import org.jboss.logging.Logger;

/** A cgroup directory in which we may make one for each run. */
final class Cgroups {
    private static final Logger LOG = Logger.getLogger(Cgroups.class);

    private static final String RUN = "claudecluster-run-";
    private static final String WORKER = "claudecluster-worker";
    private static final Set<String> WANTED = Set.of("memory", "pids");

    private final Path home;
    private final Set<String> controllers;

    private Cgroups(Path home, Set<String> controllers) {
        this.home = home;
        this.controllers = Set.copyOf(controllers);
    }

    /**
     * Takes as many controllers as it can get, and does without the others.
     *
     * @param own the directory of this process
     * @throws IOException when no directory can be made there
     */
    static Cgroups open(Path own) throws IOException {
        // A predecessor that had the same parent process has moved that one, and thereby us.
        Path home = own.endsWith(WORKER) && own.getParent() != null ? own.getParent() : own;
        Path probe = home.resolve(WORKER + "-probe-" + ProcFs.SELF);
        Files.createDirectories(probe);
        Files.delete(probe);
        return new Cgroups(home, controllers(home));
    }

    private static Set<String> controllers(Path home) {
        Path control = home.resolve("cgroup.subtree_control");
        Set<String> wanted = new TreeSet<>(WANTED);
        wanted.retainAll(CgroupFiles.words(home.resolve("cgroup.controllers")));
        try {
            if (!CgroupFiles.words(control).containsAll(wanted) && mayHoldNoProcess(home)) {
                for (String controller : wanted) {
                    CgroupFiles.write(control, "+" + controller);
                }
            }
        } catch (IOException e) {
            LOG.infof("the limits of tasks are not the kernel's to enforce: %s: %s", control, e.getMessage());
        }
        wanted.retainAll(CgroupFiles.words(control));
        return wanted;
    }

    /**
     * A directory whose children have controllers must have no process of its own, the root excepted. So we go into a
     * child, and a container's first process with us; but strangers, such as a user's shell, are not ours to move.
     */
    private static boolean mayHoldNoProcess(Path home) throws IOException {
        if (!Files.exists(home.resolve("cgroup.type"))) return true;
        List<Long> there = CgroupFiles.read(home.resolve("cgroup.procs"))
                .lines()
                .map(Long::parseLong)
                .toList();
        if (!Set.of(1L, ProcFs.SELF).containsAll(there)) return false;
        Path worker = Files.createDirectories(home.resolve(WORKER));
        for (long pid : there) {
            CgroupFiles.write(worker.resolve("cgroup.procs"), Long.toString(pid));
        }
        return true;
    }

    /** Whether they bring more than a list of processes. */
    boolean enforces() {
        return !controllers.isEmpty();
    }

    /** A directory for the run, with its limits set; empty when that fails, which is told. */
    Optional<Cgroup> make(String run, TreeLimits limits) {
        Path directory = directory(run);
        try {
            Files.createDirectories(directory);
            limit(directory, enforced(limits));
            return Optional.of(new Cgroup(directory));
        } catch (IOException e) {
            LOG.warnf("a run has no cgroup: %s", e.toString());
            return Optional.empty();
        }
    }

    /** Those of the limits that the kernel keeps to here. */
    TreeLimits enforced(TreeLimits limits) {
        return new TreeLimits(
                controllers.contains("memory") ? limits.memoryBytes() : OptionalLong.empty(),
                controllers.contains("pids") ? limits.processes() : OptionalInt.empty());
    }

    private static void limit(Path directory, TreeLimits limits) throws IOException {
        if (limits.memoryBytes().isPresent()) {
            CgroupFiles.write(
                    directory.resolve("memory.max"),
                    Long.toString(limits.memoryBytes().getAsLong()));
            tryWrite(directory.resolve("memory.swap.max"), "0");
            tryWrite(directory.resolve("memory.oom.group"), "1");
        }
        if (limits.processes().isPresent())
            CgroupFiles.write(
                    directory.resolve("pids.max"),
                    Integer.toString(limits.processes().getAsInt()));
    }

    /** Not every kernel has it, and the limit holds without it. */
    private static void tryWrite(Path file, String text) {
        try {
            CgroupFiles.write(file, text);
        } catch (IOException e) {
            LOG.debugf("%s: %s", file, e.getMessage());
        }
    }

    /** Runs that have a directory here, whoever made it. */
    Set<String> runs() {
        Set<String> runs = new TreeSet<>();
        for (Path directory : CgroupFiles.directories(home)) {
            String name = String.valueOf(directory.getFileName());
            if (name.startsWith(RUN)) runs.add(name.substring(RUN.length()));
        }
        return runs;
    }

    /** Of a run that has one. */
    Cgroup of(String run) {
        return new Cgroup(directory(run));
    }

    private Path directory(String run) {
        return home.resolve(RUN + run);
    }

    @Override
    public String toString() {
        return controllers.isEmpty() ? home.toString() : home + " with " + new TreeSet<>(controllers);
    }
}
