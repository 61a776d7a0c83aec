package org.claudecluster.worker.terminal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.claudecluster.worker.libc.Libc;
import org.jboss.logging.Logger;

/** Reads masters for one loop into one buffer: a read yields 4 KiB at most, a listener hears up to 64 KiB at once. */
final class TerminalReader {
    private static final Logger LOG = Logger.getLogger(TerminalReader.class);

    private static final int CHUNK_BYTES = 64 * 1024;
    // INVARIANT: more than a terminal can hold (12 KiB on Linux), so that one turn after the leader's death reads all
    // that it wrote to it, however much a surviving grandchild keeps adding.
    private static final int TURN_BYTES = 4 * CHUNK_BYTES;

    /** Why a turn ended. */
    enum Stop {
        /** Nothing more for now. */
        EMPTY,
        /** No process has the slave open. */
        HUNG_UP,
        /** There may be more, but others want their turn. */
        ENOUGH
    }

    /** How a turn ended, and how many bytes were delivered in it. */
    record Turn(Stop stop, int bytes) {}

    private final MemorySegment state = Libc.newState(Arena.global());
    private final MemorySegment chunk = Arena.global().allocate(CHUNK_BYTES, 64);
    private final ByteBuffer view = chunk.asByteBuffer().asReadOnlyBuffer();

    Turn read(FfmTerminal terminal, Channel channel) {
        int master = terminal.master(channel);
        int delivered = 0;
        while (delivered < TURN_BYTES) {
            int filled = 0;
            long n = 1;
            while (filled < CHUNK_BYTES && n > 0) {
                n = Libc.read(state, master, chunk.address() + filled, CHUNK_BYTES - filled);
                if (n == -Libc.EINTR) n = 1;
                else if (n > 0) filled += (int) n;
            }
            deliver(terminal, channel, filled);
            delivered += filled;
            if (n <= 0) return new Turn(n == -Libc.EAGAIN ? Stop.EMPTY : Stop.HUNG_UP, delivered);
        }
        return new Turn(Stop.ENOUGH, delivered);
    }

    private void deliver(FfmTerminal terminal, Channel channel, int bytes) {
        if (bytes == 0) return;
        try {
            terminal.listener().output(channel, view.clear().limit(bytes));
        } catch (Throwable e) {
            logListener(terminal, e);
        }
    }

    static boolean wantsOutput(FfmTerminal terminal) {
        try {
            return terminal.listener().wantsOutput();
        } catch (Throwable e) {
            logListener(terminal, e);
            return true;
        }
    }

    /** Without the message: it may quote what was printed. */
    static void logListener(Terminal terminal, Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        LOG.errorf(
                "the listener of terminal %d threw %s at %s",
                terminal.pid(), e.getClass().getName(), trace.length > 0 ? trace[0] : "an unknown place");
    }
}
