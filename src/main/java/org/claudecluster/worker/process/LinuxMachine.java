package org.claudecluster.worker.process;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.libc.NativeException;
import org.claudecluster.worker.libc.OpenFds;
import org.claudecluster.worker.process.linux.LinuxProcesses;
import org.claudecluster.worker.process.linux.PosixProcesses;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessStat;
import org.claudecluster.worker.process.linux.ProcessTag;
import org.claudecluster.worker.process.linux.Signal;
import org.jspecify.annotations.Nullable;

/** By /proc. */
final class LinuxMachine implements Machine {

    @Override
    public List<Long> all() {
        return ProcFs.available() ? ProcFs.all() : List.of();
    }

    @Override
    public Optional<ProcessStat> stat(long pid) {
        return ProcFs.stat(pid);
    }

    @Override
    public Membership.Traits traits(ProcessStat process, Set<String> names) {
        return new Shown(process, names);
    }

    @Override
    public List<String> files(long pid) {
        return ProcFs.files(pid);
    }

    @Override
    public boolean kill(ProcessStat.Key process) {
        try (Arena arena = Arena.ofConfined();
                OpenFds fds = new OpenFds()) {
            int pidfd = fds.add(LinuxProcesses.openPidfd(arena, process.pid()));
            // INVARIANT: looked at after the descriptor was opened: if it is the same process now, it is the one we
            // hold.
            return isStill(process) && LinuxProcesses.signalPidfd(pidfd, Signal.KILL.number());
        } catch (NativeException e) {
            return isStill(process) && PosixProcesses.kill(process.pid(), Signal.KILL.number());
        }
    }

    private static boolean isStill(ProcessStat.Key process) {
        return ProcFs.stat(process.pid())
                .filter(stat -> stat.key().equals(process))
                .isPresent();
    }

    /** Each file is read once, and only when something of it is asked for. */
    private static final class Shown implements Membership.Traits {
        private final ProcessStat process;
        private final Set<String> names;
        private @Nullable String limits;
        private @Nullable Map<String, String> entries;

        Shown(ProcessStat process, Set<String> names) {
            this.process = process;
            this.names = names;
        }

        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public long session() {
            return process.session();
        }

        @Override
        public Optional<ProcessTag> worn() {
            return ProcessTag.in(limits());
        }

        @Override
        public Optional<ProcessTag> lent() {
            return ProcessTag.ofBirthIn(limits());
        }

        @Override
        public Optional<String> entry(String name) {
            if (entries == null) entries = ProcFs.environment(process.pid(), names);
            return Optional.ofNullable(entries.get(name));
        }

        private String limits() {
            if (limits == null) limits = ProcFs.limits(process.pid());
            return limits;
        }
    }
}
