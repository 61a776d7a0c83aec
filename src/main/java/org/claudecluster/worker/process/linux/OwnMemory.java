package org.claudecluster.worker.process.linux;

import org.claudecluster.worker.libc.NativeException;
import org.jboss.logging.Logger;

/**
 * Closes the worker's environment, memory and descriptors to other processes of its user, which the tasks are: {@code
 * /proc/PID/environ}, {@code mem}, {@code maps}, {@code fd} and ptrace. They would hold the key that tasks get by a
 * descriptor only, and the database's password. A process that is root, or may trace all, still looks.
 *
 * <p>INVARIANT: the worker loses its own {@code /proc/self/environ} and the right to lower or raise its own rank among
 * those that are ended when memory is short; nothing here may need them. Its children are not concerned: a program that
 * begins is open again.
 */
public final class OwnMemory {
    private static final Logger LOG = Logger.getLogger(OwnMemory.class);

    private OwnMemory() {}

    /** To be called before anything is started. Does nothing where there is no such thing; a second call is harmless. */
    public static void close() {
        set(false);
    }

    /** For who wants to look in from outside. */
    public static void open() {
        set(true);
    }

    private static void set(boolean open) {
        if (!ProcFs.available()) return;
        try {
            LinuxProcesses.setDumpable(open);
        } catch (NativeException | LinkageError e) {
            LOG.warnf("who may read this process's environment and memory could not be set: %s", e);
        }
    }
}
