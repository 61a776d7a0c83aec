package org.claudecluster.worker.process.linux;

import java.io.IOException;

/**
 * Starts what the worker runs for itself beside the terminals, such as git. It is no run's: it says so in its
 * environment, and it is not born in the moment in which a run's leader is, when it would inherit that run's brand.
 * Nothing of the worker's starts a process by other means (a rule of the architecture test).
 */
public final class OwnProcesses {

    /** The entry in the environment; its value is the worker's pid. */
    public static final String MARKER = "CLAUDECLUSTER_OWN";

    private OwnProcesses() {}

    public static Process start(ProcessBuilder builder) throws IOException {
        builder.environment().put(MARKER, Long.toString(ProcFs.SELF));
        return ProcessTag.besideBirths(builder::start);
    }
}
