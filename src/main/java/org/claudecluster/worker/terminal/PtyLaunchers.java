package org.claudecluster.worker.terminal;

import org.jboss.logging.Logger;

/** The launchers of this process, one of each, made at first use. */
public final class PtyLaunchers {
    private static final Logger LOG = Logger.getLogger(PtyLaunchers.class);

    private PtyLaunchers() {}

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
