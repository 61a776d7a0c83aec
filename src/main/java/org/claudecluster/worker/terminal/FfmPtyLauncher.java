package org.claudecluster.worker.terminal;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.claudecluster.worker.libc.Libc;
import org.claudecluster.worker.libc.NativeException;
import org.claudecluster.worker.libc.OpenFds;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.linux.LinuxProcesses;
import org.claudecluster.worker.process.linux.PosixProcesses;
import org.claudecluster.worker.process.linux.ProcessTag;
import org.claudecluster.worker.process.linux.SessionLeaders;
import org.claudecluster.worker.process.linux.Signal;
import org.claudecluster.worker.terminal.LaunchException.Kind;
import org.jboss.logging.Logger;

/**
 * Terminals by java.lang.foreign, on Linux with glibc. An idle one costs three descriptors and no thread.
 *
 * <p>INVARIANT: the spawning threads live as long as the process. Leaders are their children, so the kernel's list of
 * the main thread's children holds only the orphans that were given to us, see {@link ProcessTree}.
 */
final class FfmPtyLauncher implements PtyLauncher {
    private static final Logger LOG = Logger.getLogger(FfmPtyLauncher.class);
    private static final int SPAWNERS = 2;
    private static final int LOOPS = 2;

    private final List<TerminalLoop> loops =
            IntStream.range(0, LOOPS).mapToObj(TerminalLoop::start).toList();
    private final AtomicInteger launches = new AtomicInteger();
    // posix_spawn suspends its thread until the program runs.
    private final LaunchThreads spawners = new LaunchThreads("terminal-spawn", SPAWNERS);

    FfmPtyLauncher() {
        LinuxProcesses.keepChildrenForReaping();
    }

    /** Tries what later must work: that everything links, and that the kernel has process descriptors. */
    static boolean supported() {
        return Support.PRESENT;
    }

    @Override
    public Terminal launch(TerminalCommand command, TerminalListener listener) throws LaunchException {
        Programs.requireDirectory(command.directory());
        ArgumentSpace.current().require(command);
        return spawners.launch(() -> start(command, listener));
    }

    private Terminal start(TerminalCommand command, TerminalListener listener) throws LaunchException {
        try (Arena arena = Arena.ofConfined();
                OpenFds fds = new OpenFds()) {
            PtyDevice output = PtyDevice.open(arena, fds, command.size());
            PtyDevice error = PtyDevice.open(arena, fds, command.size());
            PosixSpawn.Outputs outputs = new PosixSpawn.Outputs(output.slave(), error.slave());
            PosixSpawn.Inputs inputs = new PosixSpawn.Inputs(stdin(arena, fds, command), secret(arena, fds, command));
            Optional<ProcessTag> brand = command.run().map(ProcessTag::of);
            long pid = brand.isPresent()
                    ? brand.get().onBirth(() -> spawn(arena, command, outputs, inputs))
                    : spawn(arena, command, outputs, inputs);
            SessionLeaders.started(pid);
            TerminalLoop loop = loops.get(Math.floorMod(launches.getAndIncrement(), LOOPS));
            FfmTerminal.Masters masters = new FfmTerminal.Masters(output.master(), error.master());
            FfmTerminal terminal = new FfmTerminal(pid, masters, pidfd(arena, pid), listener, loop);
            fds.release(masters.output());
            fds.release(masters.error());
            loop.add(terminal);
            return terminal;
        } catch (NativeException e) {
            throw new LaunchException(Kind.RESOURCES, "no terminal: " + e.getMessage(), e);
        }
    }

    private static long spawn(
            Arena arena, TerminalCommand command, PosixSpawn.Outputs outputs, PosixSpawn.Inputs inputs)
            throws LaunchException {
        try {
            return PosixSpawn.run(arena, command, outputs, inputs);
        } catch (NativeException e) {
            throw explain(command, e);
        }
    }

    private static int stdin(Arena arena, OpenFds fds, TerminalCommand command) throws NativeException {
        byte[] bytes = command.stdin();
        if (bytes.length == 0) return -1;
        int file = fds.addSource(arena, Libc.memoryFile(arena, "stdin"));
        Libc.writeFully(arena, file, bytes);
        Libc.rewind(file);
        return file;
    }

    /** Our two ends are closed after the spawn, so the child finds the end of input behind the secret. */
    private static int secret(Arena arena, OpenFds fds, TerminalCommand command) throws NativeException {
        if (command.secret().isEmpty()) return -1;
        int[] pipe = Libc.pipe(arena);
        fds.add(pipe[1]);
        int source = fds.addSource(arena, pipe[0]);
        Libc.writeFully(arena, pipe[1], command.secret().get());
        return source;
    }

    private static int pidfd(Arena arena, long pid) throws NativeException {
        try {
            return LinuxProcesses.openPidfd(arena, pid);
        } catch (NativeException e) {
            PosixProcesses.kill(-pid, Signal.KILL.number());
            PosixProcesses.Reaped _ = PosixProcesses.reapKilled(pid);
            SessionLeaders.reaped(pid);
            throw e;
        }
    }

    /** One errno of posix_spawn may be about the directory, the program, its interpreter, or us. */
    private static LaunchException explain(TerminalCommand command, NativeException failure) {
        Kind kind = switch (failure.errno()) {
            case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.ENAMETOOLONG ->
                Files.exists(command.program()) ? Kind.PROGRAM_NOT_EXECUTABLE : Kind.PROGRAM_NOT_FOUND;
            case Errno.EPERM, Errno.EACCES, Errno.ENOEXEC, Errno.EISDIR, Errno.EINVAL, Errno.ELIBBAD ->
                Kind.PROGRAM_NOT_EXECUTABLE;
            case Errno.E2BIG -> Kind.ARGUMENTS_TOO_LONG;
            default -> Kind.RESOURCES;
        };
        boolean directory = Files.isDirectory(command.directory()) && Files.isExecutable(command.directory());
        return directory || kind == Kind.RESOURCES
                ? new LaunchException(kind, "cannot start " + command.program() + ": " + failure.getMessage(), failure)
                : new LaunchException(Kind.DIRECTORY_MISSING, "cannot enter " + command.directory(), failure);
    }

    private static final class Errno {
        static final int EPERM = 1;
        static final int ENOENT = 2;
        static final int E2BIG = 7;
        static final int ENOEXEC = 8;
        static final int EACCES = 13;
        static final int ENOTDIR = 20;
        static final int EISDIR = 21;
        static final int EINVAL = 22;
        static final int ENAMETOOLONG = 36;
        static final int ELOOP = 40;
        static final int ELIBBAD = 80;
    }

    private static final class Support {
        static final boolean PRESENT = probe();

        private static boolean probe() {
            if (!System.getProperty("os.name").equals("Linux")) return false;
            try (Arena arena = Arena.ofConfined();
                    OpenFds fds = new OpenFds()) {
                PtyDevice _ = PtyDevice.open(arena, fds, new TerminalSize(80, 24));
                int _ = fds.add(
                        LinuxProcesses.openPidfd(arena, ProcessHandle.current().pid()));
                PosixSpawn.link();
                return true;
            } catch (NativeException | LinkageError e) {
                LOG.debugf("ffm launcher unavailable: %s", e);
                return false;
            }
        }
    }
}
