package org.claudecluster.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.claudecluster.worker.libc.Libc;
import org.claudecluster.worker.libc.NativeException;

/** Signals and the reaping of children, as on any Unix. */
public final class PosixProcesses {
    private static final int WNOHANG = 1;

    private static final MethodHandle KILL = Libc.bind("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle WAIT4 =
            Libc.bindErrno("wait4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));

    // struct rusage of 64-bit Linux begins with two struct timeval of two longs each. Its ru_maxrss is no use here: a
    // spawned child begins with its parent's, which is the JVM's.
    private static final int RUSAGE_LONGS = 18;

    private PosixProcesses() {}

    /** Says whether there was someone to signal; a negative {@code pid} is a process group. */
    public static boolean kill(long pid, int signal) {
        try {
            return (int) KILL.invokeExact((int) pid, signal) == 0;
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    /**
     * Reaps one child by its number, never any child: others in this process have children too.
     *
     * @return empty while it runs
     * @throws NativeException ECHILD when it is no child of ours, or no longer
     */
    public static Optional<Reaped> reap(long pid) throws NativeException {
        return waitFor(pid, WNOHANG);
    }

    /** The same, waiting for the end: only for a child that was just killed. */
    public static Reaped reapKilled(long pid) throws NativeException {
        return waitFor(pid, 0).orElseThrow();
    }

    /**
     * A child's end.
     *
     * @param status as of wait(2)
     * @param cpu time of it and of all descendants that were waited for
     */
    public record Reaped(int status, Duration cpu) {
        /** The layout is the same on all platforms that have the call. */
        public ProcessExit exit() {
            int signal = status & 0x7f;
            return signal == 0 ? new ProcessExit.Exited(status >> 8 & 0xff) : new ProcessExit.Signalled(signal);
        }
    }

    private static Optional<Reaped> waitFor(long pid, int options) throws NativeException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.newState(arena);
            MemorySegment status = arena.allocate(JAVA_INT);
            MemorySegment usage = arena.allocate(JAVA_LONG, RUSAGE_LONGS);
            int result;
            do {
                result = wait4(state, (int) pid, status, options, usage);
            } while (result < 0 && Libc.errno(state) == Libc.EINTR);
            if (result < 0) throw new NativeException("wait4", Libc.errno(state));
            return result == 0 ? Optional.empty() : Optional.of(new Reaped(status.get(JAVA_INT, 0), cpuOf(usage)));
        }
    }

    private static Duration cpuOf(MemorySegment rusage) {
        return time(rusage, 0).plus(time(rusage, 2));
    }

    private static Duration time(MemorySegment rusage, int at) {
        return Duration.ofSeconds(rusage.getAtIndex(JAVA_LONG, at))
                .plus(rusage.getAtIndex(JAVA_LONG, at + 1), ChronoUnit.MICROS);
    }

    private static int wait4(MemorySegment state, int pid, MemorySegment status, int options, MemorySegment usage) {
        try {
            return (int) WAIT4.invokeExact(state, pid, status, options, usage);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }
}
