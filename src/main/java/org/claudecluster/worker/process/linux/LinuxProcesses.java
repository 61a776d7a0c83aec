package org.claudecluster.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.claudecluster.worker.libc.Libc;
import org.claudecluster.worker.libc.NativeException;

/** Calls that Linux alone has: descriptors for processes, and the adoption of orphans. */
public final class LinuxProcesses {
    // The same numbers on every architecture, as for all calls since 5.1.
    private static final long SYS_PIDFD_SEND_SIGNAL = 424;
    private static final long SYS_PIDFD_OPEN = 434;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int SIGCHLD = 17;
    private static final int RLIMIT_LOCKS = 10;
    private static final int SC_CLK_TCK = 2;
    private static final int SC_PAGESIZE = 30;

    private static final MethodHandle PIDFD_OPEN = Libc.bindErrno(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle PIDFD_SEND_SIGNAL = Libc.bind(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle PRCTL = Libc.bindErrno(
            "prctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle PRLIMIT =
            Libc.bind("prlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle SYSCONF = Libc.bind("sysconf", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
    private static final MethodHandle SIGNAL = Libc.bind("signal", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));

    private LinuxProcesses() {}

    /** A descriptor that becomes readable when the process ends; never inherited. */
    public static int openPidfd(Arena arena, long pid) throws NativeException {
        return Libc.call(arena, "pidfd_open", PIDFD_OPEN, SYS_PIDFD_OPEN, (int) pid, 0);
    }

    public static boolean signalPidfd(int pidfd, int signal) {
        return Libc.call(PIDFD_SEND_SIGNAL, SYS_PIDFD_SEND_SIGNAL, pidfd, signal, MemorySegment.NULL, 0) == 0;
    }

    public static void becomeSubreaper() throws NativeException {
        try (Arena arena = Arena.ofConfined()) {
            int _ = Libc.call(arena, "prctl", PRCTL, PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
        }
    }

    /** Without it no core is dumped, and the process's files under /proc that tell of its memory are root's. */
    static void setDumpable(boolean dumpable) throws NativeException {
        try (Arena arena = Arena.ofConfined()) {
            int _ = Libc.call(arena, "prctl", PRCTL, PR_SET_DUMPABLE, dumpable ? 1L : 0L, 0L, 0L, 0L);
        }
    }

    /**
     * Sets the limit of file locks; -1 is none. Refused when that would raise the hard one, or the process is not ours.
     */
    static boolean limitFileLocks(long pid, FileLocks limits) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(JAVA_LONG, 2);
            limit.setAtIndex(JAVA_LONG, 0, limits.soft());
            limit.setAtIndex(JAVA_LONG, 1, limits.hard());
            return Libc.call(PRLIMIT, (int) pid, RLIMIT_LOCKS, limit, MemorySegment.NULL) == 0;
        }
    }

    /** Our own. */
    static FileLocks fileLocks() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(JAVA_LONG, 2);
            int _ = Libc.call(PRLIMIT, 0, RLIMIT_LOCKS, MemorySegment.NULL, limit);
            return new FileLocks(limit.getAtIndex(JAVA_LONG, 0), limit.getAtIndex(JAVA_LONG, 1));
        }
    }

    /** A limit, of which the soft one may be raised as far as the hard one. */
    record FileLocks(long soft, long hard) {}

    /** The unit of CPU times under /proc. */
    static long ticksPerSecond() {
        return Libc.call(SYSCONF, SC_CLK_TCK);
    }

    public static long pageBytes() {
        return Libc.call(SYSCONF, SC_PAGESIZE);
    }

    /** Undoes an inherited "ignore", under which the kernel would reap our children before we learn their status. */
    public static void keepChildrenForReaping() {
        try {
            MemorySegment _ = (MemorySegment) SIGNAL.invokeExact(SIGCHLD, MemorySegment.NULL);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }
}
