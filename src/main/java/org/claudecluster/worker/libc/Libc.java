package org.claudecluster.worker.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * How the C library is called: binding, errno, and the calls on plain file descriptors. Results follow the kernel's own
 * convention: a negative one is {@code -errno}.
 */
public final class Libc {
    public static final int EINTR = 4;
    static final int ECHILD = 10;
    public static final int EAGAIN = 11;
    static final int EINVAL = 22;

    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_NOCTTY = 0x100;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_NOEXEC_SEAL = 8;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

    private static final MethodHandle CLOSE = bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    // Addresses are passed as numbers where a buffer is walked, so that no slice is allocated for a read.
    private static final MethodHandle READ =
            bindErrno("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle WRITE =
            bindErrno("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle LSEEK =
            bind("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FCNTL = bindErrno(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle PIPE2 = bindErrno("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle MEMFD_CREATE =
            bindErrno("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    private Libc() {}

    /** Throws UnsatisfiedLinkError when this C library has no such function. */
    @SuppressWarnings("restricted") // the one place; the application is started with native access enabled
    public static MethodHandle bind(String symbol, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        MemorySegment address =
                linker.defaultLookup().find(symbol).orElseThrow(() -> new UnsatisfiedLinkError("no " + symbol));
        return linker.downcallHandle(address, descriptor, options);
    }

    /** The handle takes a segment from {@link #newState} as its first argument. */
    public static MethodHandle bindErrno(String symbol, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        all[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(options, 0, all, 1, options.length);
        return bind(symbol, descriptor, all);
    }

    public static MemorySegment newState(Arena arena) {
        return arena.allocate(STATE);
    }

    public static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    /** For calls made a few times a launch: slower than a call site of its own, and much shorter. */
    public static int call(MethodHandle function, Object... arguments) {
        try {
            return ((Number) function.invokeWithArguments(arguments)).intValue();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The same for a handle of {@link #bindErrno}. */
    public static int call(Arena arena, String name, MethodHandle function, Object... arguments)
            throws NativeException {
        MemorySegment state = newState(arena);
        Object[] all = new Object[arguments.length + 1];
        all[0] = state;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        int result = call(function, all);
        if (result < 0) throw new NativeException(name, errno(state));
        return result;
    }

    /** Downcalls throw nothing of their own; a mismatch of types is a bug here. */
    public static IllegalStateException impossible(Throwable e) {
        return new IllegalStateException("a native call failed to link", e);
    }

    // Not retried after EINTR: on Linux the descriptor is gone by then, and may be another one's already.
    public static void close(int fd) {
        try {
            int _ = (int) CLOSE.invokeExact(fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static long read(MemorySegment state, int fd, long address, long count) {
        try {
            long n = (long) READ.invokeExact(state, fd, address, count);
            return n >= 0 ? n : -errno(state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static long write(MemorySegment state, int fd, long address, long count) {
        try {
            long n = (long) WRITE.invokeExact(state, fd, address, count);
            return n >= 0 ? n : -errno(state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static void writeFully(Arena arena, int fd, byte[] bytes) throws NativeException {
        MemorySegment state = newState(arena);
        MemorySegment source = arena.allocateFrom(JAVA_BYTE, bytes);
        long done = 0;
        while (done < bytes.length) {
            long n = write(state, fd, source.address() + done, bytes.length - done);
            if (n < 0 && n != -EINTR) throw new NativeException("write", (int) -n);
            done += Math.max(n, 0);
        }
        source.fill((byte) 0); // it may have been the secret
    }

    static int duplicateFrom(Arena arena, int fd, int lowest) throws NativeException {
        return call(arena, "fcntl", FCNTL, fd, F_DUPFD_CLOEXEC, lowest);
    }

    /** An unnamed file in memory, at its start; what reads it finds an ordinary file. */
    public static int memoryFile(Arena arena, String name) throws NativeException {
        MemorySegment text = arena.allocateFrom(name);
        try {
            return call(arena, "memfd_create", MEMFD_CREATE, text, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
        } catch (NativeException e) {
            if (e.errno() != EINVAL) throw e;
            return call(arena, "memfd_create", MEMFD_CREATE, text, MFD_CLOEXEC); // before Linux 6.3
        }
    }

    public static void rewind(int fd) {
        int _ = call(LSEEK, fd, 0L, 0);
    }

    /** Read end first. */
    public static int[] pipe(Arena arena) throws NativeException {
        MemorySegment ends = arena.allocate(JAVA_INT, 2);
        int _ = call(arena, "pipe2", PIPE2, ends, O_CLOEXEC);
        return new int[] {ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1)};
    }
}
