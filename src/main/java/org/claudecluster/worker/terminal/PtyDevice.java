package org.claudecluster.worker.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.claudecluster.worker.libc.Libc;
import org.claudecluster.worker.libc.NativeException;
import org.claudecluster.worker.libc.OpenFds;

/**
 * A pseudo-terminal: the master's descriptor and the slave's path. Constants are Linux's, the same on x86-64 and
 * aarch64.
 */
record PtyDevice(int master, String slave) {
    private static final long TIOCSWINSZ = 0x5414;
    private static final int WINSIZE_BYTES = 8;
    private static final int TERMIOS_BYTES = 256; // 60 in glibc
    private static final long C_IFLAG = 0;
    private static final long C_OFLAG = 4;
    private static final long C_LFLAG = 12;
    private static final int IUTF8 = 0x4000;
    private static final int OPOST_ONLCR = 1 | 4;
    private static final int ECHO = 8;
    private static final int TCSANOW = 0;
    private static final int NAME_BYTES = 64;

    private static final MethodHandle POSIX_OPENPT =
            Libc.bindErrno("posix_openpt", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle GRANTPT = Libc.bindErrno("grantpt", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle UNLOCKPT = Libc.bindErrno("unlockpt", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle PTSNAME_R =
            Libc.bind("ptsname_r", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle TCGETATTR =
            Libc.bindErrno("tcgetattr", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle TCSETATTR =
            Libc.bindErrno("tcsetattr", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle IOCTL = Libc.bindErrno(
            "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), Linker.Option.firstVariadicArg(2));

    /** Sized and set up before any program can look at it; the master does not block and is not inherited. */
    static PtyDevice open(Arena arena, OpenFds fds, TerminalSize size) throws NativeException {
        int flags = Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC | Libc.O_NONBLOCK;
        int master = fds.add(Libc.call(arena, "posix_openpt", POSIX_OPENPT, flags));
        int _ = Libc.call(arena, "grantpt", GRANTPT, master);
        int _ = Libc.call(arena, "unlockpt", UNLOCKPT, master);
        MemorySegment name = arena.allocate(NAME_BYTES);
        int failed = Libc.call(PTSNAME_R, master, name, (long) NAME_BYTES);
        if (failed != 0) throw new NativeException("ptsname_r", failed);
        resize(arena, master, size);
        prepare(arena, master);
        return new PtyDevice(master, name.getString(0));
    }

    static void resize(Arena arena, int master, TerminalSize size) throws NativeException {
        MemorySegment winsize = arena.allocate(WINSIZE_BYTES, 8);
        winsize.setAtIndex(JAVA_SHORT, 0, (short) size.rows());
        winsize.setAtIndex(JAVA_SHORT, 1, (short) size.cols());
        int _ = Libc.call(arena, "ioctl", IOCTL, master, TIOCSWINSZ, winsize);
    }

    // On Linux the attributes of the master are those of its slave, which therefore need not be opened here.
    private static void prepare(Arena arena, int master) throws NativeException {
        MemorySegment termios = arena.allocate(TERMIOS_BYTES, 8);
        int _ = Libc.call(arena, "tcgetattr", TCGETATTR, master, termios);
        termios.set(JAVA_INT, C_IFLAG, termios.get(JAVA_INT, C_IFLAG) | IUTF8);
        termios.set(JAVA_INT, C_OFLAG, termios.get(JAVA_INT, C_OFLAG) | OPOST_ONLCR);
        termios.set(JAVA_INT, C_LFLAG, termios.get(JAVA_INT, C_LFLAG) & ~ECHO);
        int _ = Libc.call(arena, "tcsetattr", TCSETATTR, master, TCSANOW, termios);
    }
}
