package org.claudecluster.worker.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/**
 * The directory of one run. Its processes, and those that they start, can't leave it without the right to write above
 * it.
 */
final class Cgroup {
    private static final Logger LOG = Logger.getLogger(Cgroup.class);

    private final Path directory;
    private volatile TreeAccount last = TreeAccount.NONE;

    Cgroup(Path directory) {
        this.directory = directory;
    }

    /** Says whether the process is in it now. */
    boolean take(long pid) {
        try {
            CgroupFiles.write(directory.resolve("cgroup.procs"), Long.toString(pid));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    List<Long> processes() {
        return CgroupFiles.processes(directory);
    }

    /** SIGKILL to all at once, those that are about to fork included; from Linux 5.14 on, else nothing happens. */
    void kill() {
        Path kill = directory.resolve("cgroup.kill");
        if (!Files.exists(kill)) return;
        try {
            CgroupFiles.write(kill, "1");
        } catch (IOException e) {
            LOG.debugf("%s: %s", kill, e.getMessage());
        }
    }

    /** What the kernel counts; once it was removed, what it had counted by then. */
    TreeAccount account() {
        if (!Files.isDirectory(directory)) return last;
        OptionalLong peak = CgroupFiles.number(directory.resolve("memory.peak"));
        OptionalLong processes = CgroupFiles.number(directory.resolve("pids.peak"));
        last = new TreeAccount(
                peak.isPresent() ? peak : CgroupFiles.number(directory.resolve("memory.current")),
                cpu(),
                processes.isPresent() ? OptionalInt.of((int) processes.getAsLong()) : OptionalInt.empty(),
                CgroupFiles.number(directory.resolve("memory.events"), "oom_kill")
                                .orElse(0)
                        > 0);
        return last;
    }

    /** Counted with and without controllers. */
    Optional<Duration> cpu() {
        OptionalLong micros = CgroupFiles.number(directory.resolve("cpu.stat"), "usage_usec");
        return micros.isPresent() ? Optional.of(Duration.of(micros.getAsLong(), ChronoUnit.MICROS)) : last.cpu();
    }

    /** Only when no process is in it; says whether it is gone. */
    boolean remove() {
        TreeAccount _ = account();
        try {
            for (Path each : CgroupFiles.withInner(directory)) {
                Files.deleteIfExists(each);
            }
            return true;
        } catch (IOException e) {
            LOG.debugf("%s stays: %s", directory, e.getMessage());
            return false;
        }
    }
}
