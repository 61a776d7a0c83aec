package org.claudecluster.worker.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Signals and the reaping of children, as on any Unix. */
final class PosixProcesses {
    private static final int WNOHANG = 1;

    private static final MethodHandle KILL = Libc.bind("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle WAITPID =
            Libc.bindErrno("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

    private PosixProcesses() {}

    /** Says whether there was someone to signal; a negative {@code pid} is a process group. */
    static boolean kill(long pid, int signal) {
        try {
            return (int) KILL.invokeExact((int) pid, signal) == 0;
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    /**
     * Reaps one child by its number, never any child: others in this process have children too.
     *
     * @return its wait status, or empty while it runs
     * @throws NativeFailure ECHILD when it is no child of ours, or no longer
     */
    static Optional<Integer> reap(long pid) throws NativeFailure {
        return waitFor(pid, WNOHANG);
    }

    /** The same, waiting for the end: only for a child that was just killed. */
    static int reapKilled(long pid) throws NativeFailure {
        return waitFor(pid, 0).orElseThrow();
    }

    /** Reads a wait status; the layout is the same on all platforms that have the call. */
    static TerminalExit exitOf(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? new TerminalExit.Exited(status >> 8 & 0xff) : new TerminalExit.Signalled(signal);
    }

    private static Optional<Integer> waitFor(long pid, int options) throws NativeFailure {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.newState(arena);
            MemorySegment status = arena.allocate(JAVA_INT);
            int result;
            do {
                result = waitpid(state, (int) pid, status, options);
            } while (result < 0 && Libc.errno(state) == Libc.EINTR);
            if (result < 0) throw new NativeFailure("waitpid", Libc.errno(state));
            return result == 0 ? Optional.empty() : Optional.of(status.get(JAVA_INT, 0));
        }
    }

    private static int waitpid(MemorySegment state, int pid, MemorySegment status, int options) {
        try {
            return (int) WAITPID.invokeExact(state, pid, status, options);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }
}
