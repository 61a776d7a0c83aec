package org.claudecluster.worker.api.http;

/** Tells what probes of health ask for: they are answered whoever sends them, whatever they bring. */
public final class ProbePaths {

    private static final String HEALTH = "/q/health";

    private ProbePaths() {}

    /** Whether a path is a probe's. */
    public static boolean isHealth(String path) {
        return path.equals(HEALTH) || path.startsWith(HEALTH + "/");
    }
}
