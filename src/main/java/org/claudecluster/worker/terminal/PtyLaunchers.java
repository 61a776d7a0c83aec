package org.claudecluster.worker.terminal;

import java.lang.invoke.MethodHandles;
import java.util.List;
import org.claudecluster.worker.process.linux.LinuxProcesses;
import org.claudecluster.worker.process.linux.OwnMemory;
import org.claudecluster.worker.process.linux.ProcFs;
import org.jboss.logging.Logger;

/** The launchers of this process, one of each, made at first use. */
public final class PtyLaunchers {
    private static final Logger LOG = Logger.getLogger(PtyLaunchers.class);

    /** Each binds functions of the C library when it is loaded. */
    private static final List<Class<?>> BINDING =
            List.of(LinuxProcesses.class, PtyDevice.class, PosixSpawn.class, Epoll.class);

    private PtyLaunchers() {}

    /**
     * Closes this process to tasks as soon as that can be had, then goes on with {@link #bindInBackground}: what a
     * predecessor left may look at us already.
     */
    public static void closeAndBindInBackground() {
        background(() -> {
            OwnMemory.close();
            bind();
        });
    }

    /**
     * Binds the C library's functions beside what else a start has to do; who needs one sooner waits for it. For each the
     * linker writes a class, which no AOT cache holds: a tenth of a cached start.
     */
    public static void bindInBackground() {
        background(PtyLaunchers::bind);
    }

    private static void background(Runnable work) {
        if (ProcFs.available()) {
            Thread.ofPlatform().daemon().name("bind").start(work);
        }
    }

    private static void bind() {
        try {
            for (Class<?> type : BINDING) {
                MethodHandles.lookup().ensureInitialized(type);
            }
        } catch (IllegalAccessException | LinkageError e) {
            // Who needs it meets the same, and has another way.
            LOG.debugf("not bound in advance: %s", e);
        }
    }

    /**
     * The launcher on java.lang.foreign.
     *
     * @throws UnsupportedOperationException when this is not Linux with glibc 2.34 and kernel 5.3 or newer
     */
    public static PtyLauncher ffm() {
        if (!FfmPtyLauncher.supported())
            throw new UnsupportedOperationException("the ffm launcher needs Linux, glibc >= 2.34 and pidfd_open");
        return Ffm.LAUNCHER;
    }

    /** The portable launcher: macOS, and where ffm does not link. */
    public static PtyLauncher pty4j() {
        return Pty4j.LAUNCHER;
    }

    /** {@link #ffm()} where it is supported, otherwise {@link #pty4j()}. */
    public static PtyLauncher best() {
        if (FfmPtyLauncher.supported()) return ffm();
        LOG.info("no pseudo-terminals through java.lang.foreign here, using pty4j");
        return pty4j();
    }

    private static final class Ffm {
        static final PtyLauncher LAUNCHER = new FfmPtyLauncher();
    }

    private static final class Pty4j {
        static final PtyLauncher LAUNCHER = new Pty4jPtyLauncher();
    }
}
