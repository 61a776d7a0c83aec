package org.claudecluster.worker.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.claudecluster.worker.libc.Libc;
import org.claudecluster.worker.libc.NativeException;

/** One epoll instance with the events of its last wait, and an eventfd to end a wait early. */
final class Epoll {
    /** What {@link #key} gives for a wake-up. */
    static final long WAKE = -1;

    /** Told of until all was read. */
    static final int READABLE = 0x1;
    /** Told of once for each arrival. */
    static final int READABLE_EDGE = 0x1 | 1 << 31;
    /** Told of no output; of a hang-up, which can't be left out, no more than once. */
    static final int NOTHING = 1 << 31;

    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int MODIFY = 3;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int MAX_EVENTS = 256;

    // struct epoll_event is packed on x86-64 only.
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    private static final long EVENT_BYTES = PACKED ? 12 : 16;
    private static final long DATA_OFFSET = PACKED ? 4 : 8;

    private static final MethodHandle EPOLL_CREATE1 =
            Libc.bindErrno("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle EPOLL_CTL =
            Libc.bindErrno("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle EPOLL_WAIT =
            Libc.bindErrno("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle EVENTFD =
            Libc.bindErrno("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private final int epoll;
    private final int wake;
    private final MemorySegment state;
    private final MemorySegment events;
    private final MemorySegment event;
    private final MemorySegment counter;

    /** Lives as long as the process. */
    Epoll() {
        Arena arena = Arena.global();
        state = Libc.newState(arena);
        events = arena.allocate(EVENT_BYTES * MAX_EVENTS, 8);
        event = arena.allocate(EVENT_BYTES, 8);
        counter = arena.allocate(JAVA_LONG);
        try {
            epoll = Libc.call(arena, "epoll_create1", EPOLL_CREATE1, Libc.O_CLOEXEC);
            wake = Libc.call(arena, "eventfd", EVENTFD, 0, EFD_NONBLOCK | EFD_CLOEXEC);
            add(wake, READABLE, WAKE);
        } catch (NativeException e) {
            throw new IllegalStateException("cannot watch terminals: " + e.getMessage(), e);
        }
    }

    /** From any thread: ends the present or the next wait. */
    void wakeUp() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(JAVA_LONG, 1L);
            long _ = Libc.write(Libc.newState(arena), wake, one.address(), Long.BYTES);
        }
    }

    /** Waits without limit; returns how many events there are, whose keys {@link #key} reads. */
    int await() throws NativeException {
        int count;
        try {
            count = (int) EPOLL_WAIT.invokeExact(state, epoll, events, MAX_EVENTS, -1);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
        if (count >= 0) return count;
        int errno = Libc.errno(state);
        if (errno == Libc.EINTR) return 0;
        throw new NativeException("epoll_wait", errno);
    }

    long key(int index) {
        long key = events.get(JAVA_LONG_UNALIGNED, index * EVENT_BYTES + DATA_OFFSET);
        if (key == WAKE) {
            long _ = Libc.read(state, wake, counter.address(), Long.BYTES);
        }
        return key;
    }

    void add(int fd, int interest, long key) throws NativeException {
        control(ADD, fd, interest, key);
    }

    void modify(int fd, int interest, long key) throws NativeException {
        control(MODIFY, fd, interest, key);
    }

    /** Also before a close: a forked copy of the descriptor would keep the closed one watched. */
    void remove(int fd) {
        try {
            control(DELETE, fd, 0, 0);
        } catch (NativeException e) {
            // it was not watched
        }
    }

    private void control(int operation, int fd, int interest, long key) throws NativeException {
        event.set(JAVA_INT, 0, interest);
        event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, key);
        int result;
        try {
            result = (int) EPOLL_CTL.invokeExact(state, epoll, operation, fd, event);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
        if (result < 0) throw new NativeException("epoll_ctl", Libc.errno(state));
    }
}
