package org.claudecluster.worker.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.claudecluster.worker.libc.Libc;
import org.claudecluster.worker.libc.NativeException;
import org.claudecluster.worker.libc.OpenFds;

/**
 * The terminal of descriptor 1 for the pty4j launcher, whose library gives a process one only. One thread reads it, and
 * sleeps while nothing is printed: each page that it touches after a fork of the JVM is copied.
 */
final class Pty4jOutput implements AutoCloseable {
    // struct pollfd: int fd, short events, short revents. A negative fd is passed over.
    private static final int POLLFD_BYTES = 8;
    private static final long EVENTS = 4;
    private static final long REVENTS = 6;
    private static final short POLLIN = 1;
    private static final int NOBODY = -1;
    private static final int FOR_EVER = -1;
    private static final int READ_BYTES = 8 * 1024;
    // A terminal holds 12 KiB at most, so that so much holds all that the leader wrote before its end.
    private static final int LAST_BYTES = 256 * 1024;
    private static final int LOOK_MILLIS = 100;

    private static final MethodHandle POLL =
            Libc.bind("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private final PtyDevice device;
    // The ends of a pipe. The one that reads hangs up once the leader has ended.
    private final int ended;
    private final int ending;
    private boolean over;
    private boolean closed;

    private Pty4jOutput(PtyDevice device, int[] pipe) {
        this.device = device;
        this.ended = pipe[0];
        this.ending = pipe[1];
    }

    static Pty4jOutput open(TerminalSize size) throws NativeException {
        try (Arena arena = Arena.ofConfined();
                OpenFds fds = new OpenFds()) {
            PtyDevice device = PtyDevice.open(arena, fds, size);
            Pty4jOutput output = new Pty4jOutput(device, Libc.pipe(arena));
            fds.release(device.master());
            return output;
        }
    }

    String slave() {
        return device.slave();
    }

    synchronized void resize(TerminalSize size) throws NativeException {
        if (closed) return;
        try (Arena arena = Arena.ofConfined()) {
            PtyDevice.resize(arena, device.master(), size);
        }
    }

    /** The reading thread gives what is left, and returns. */
    synchronized void leaderEnded() {
        if (!over) Libc.close(ending);
        over = true;
    }

    /**
     * Gives what is printed to the listener until the leader has ended and all that it wrote was given. Others may hold
     * the terminal open and go on; they are not waited for.
     */
    void read(Consumer<ByteBuffer> listener) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.newState(arena);
            MemorySegment chunk = arena.allocate(READ_BYTES);
            readUntilItEnds(arena.allocate(2 * POLLFD_BYTES, 4), () -> {
                long _ = give(state, chunk, listener);
            });
            long last = 0;
            long more = 1;
            while (more > 0 && last < LAST_BYTES) {
                more = give(state, chunk, listener);
                last += more;
            }
        }
    }

    private void readUntilItEnds(MemorySegment look, Runnable readable) {
        look.set(JAVA_SHORT, EVENTS, POLLIN);
        look.set(JAVA_INT, POLLFD_BYTES, ended);
        // It stays hung up until somebody opens the terminal again, and poll would return at once.
        boolean hungUp = false;
        while (look.get(JAVA_SHORT, POLLFD_BYTES + REVENTS) == 0) {
            look.set(JAVA_INT, 0, hungUp ? NOBODY : device.master());
            look.set(JAVA_SHORT, REVENTS, (short) 0);
            poll(look, hungUp ? LOOK_MILLIS : FOR_EVER);
            short seen = look.get(JAVA_SHORT, REVENTS);
            hungUp = seen != 0 && (seen & POLLIN) == 0;
            if ((seen & POLLIN) != 0) readable.run();
        }
    }

    private static void poll(MemorySegment look, int millis) {
        try {
            int _ = (int) POLL.invokeExact(look, 2L, millis);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    /** How many bytes it gave; 0 or less when there was nothing. */
    private long give(MemorySegment state, MemorySegment chunk, Consumer<ByteBuffer> listener) {
        long read = Libc.read(state, device.master(), chunk.address(), READ_BYTES);
        while (read == -Libc.EINTR) {
            read = Libc.read(state, device.master(), chunk.address(), READ_BYTES);
        }
        if (read > 0) listener.accept(chunk.asSlice(0, read).asByteBuffer().asReadOnlyBuffer());
        return read;
    }

    /** INVARIANT: not before the reading thread has ended, else it could read another one's. */
    @Override
    public synchronized void close() {
        leaderEnded();
        if (closed) return;
        Libc.close(device.master());
        Libc.close(ended);
        closed = true;
    }
}
