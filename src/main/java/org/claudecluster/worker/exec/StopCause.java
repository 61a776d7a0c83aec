package org.claudecluster.worker.exec;

import java.util.Locale;

/** Why a run shall end before it does so by itself. */
public enum StopCause {
    /** Somebody cancelled the task. */
    CANCELLED,
    /** Somebody wants it to end softly; any other cause beats this one. */
    INTERRUPTED,
    /** The task's wall clock ran out. */
    TIMED_OUT,
    /** Another worker may own the task by now: nothing may be written any more. */
    LEASE_LOST,
    /** This worker is shutting down. */
    DRAINED,
    /** The transcript can't be written, and a run that nobody can follow shall not go on. */
    TRANSCRIPT_BROKEN,
    /** Not one byte came after the start. */
    NEVER_STARTED,
    /** Silent and idle for too long. */
    NO_OUTPUT,
    /** The result is there, but the program does not end. */
    LINGERING,
    /** A dialog waits for an answer that nobody can give. */
    PROMPT,
    /** The API refuses the credential, so that every retry is in vain. */
    AUTH_REFUSED,
    /** More memory than the task may have. */
    OUT_OF_MEMORY,
    /** More processes than the task may have. */
    TOO_MANY_PROCESSES,
    /** More in its directories than the task may have. */
    DISK_LIMIT,
    /** More output than is kept, where that ends a run. */
    OUTPUT_LIMIT;

    /** For logs and meters. */
    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether there is no time for a grace: what the task takes, everybody else on the machine lacks. */
    boolean isUrgent() {
        return this == LEASE_LOST || this == OUT_OF_MEMORY || this == TOO_MANY_PROCESSES;
    }
}
