package org.claudecluster.worker.outcome;

import java.util.Locale;
import org.claudecluster.worker.task.result.Reason;

/** Why a run shall end before it does so by itself. */
public enum StopCause {
    /** Somebody cancelled the task. */
    CANCELLED(Reason.CANCELLED, "somebody cancelled the task"),
    /** Somebody wants it to end softly; any other cause beats this one. */
    INTERRUPTED(Reason.INTERRUPTED, "somebody asked for a soft end"),
    /** The task's wall clock ran out. */
    TIMED_OUT(Reason.TIMEOUT, "the task's timeoutMs ran out"),
    /** Another worker may own the task by now: nothing may be written any more. */
    LEASE_LOST(Reason.WORKER_LOST, "the lease on this task was lost"),
    /** This worker is shutting down. */
    DRAINED(Reason.DRAINED, "the worker was shut down while the task ran"),
    /** The transcript can't be written, and a run that nobody can follow shall not go on. */
    TRANSCRIPT_BROKEN(Reason.OUTPUT_LIMIT, "the transcript could not be written any more"),
    /** Not one byte came after the start. */
    NEVER_STARTED(Reason.NEVER_STARTED, "the program printed nothing"),
    /** Silent and idle for too long. */
    NO_OUTPUT(Reason.NO_OUTPUT, "the program was silent and idle"),
    /** The result is there, but the program does not end. */
    LINGERING(Reason.LINGERING, "the result was there, but the program did not end"),
    /** A dialog waits for an answer that nobody can give. */
    PROMPT(Reason.PERMISSION_BLOCKED, "a dialog waited for an answer in the terminal"),
    /** The API refuses the credential, so that every retry is in vain. */
    AUTH_REFUSED(Reason.AUTH_FAILED, "the API refused the credential"),
    /** More memory than the task may have. */
    OUT_OF_MEMORY(Reason.OUT_OF_MEMORY, "the task used more memory than it may"),
    /** More processes than the task may have. */
    TOO_MANY_PROCESSES(Reason.PROCESS_LIMIT, "the task had more processes than it may"),
    /** More in its directories than the task may have. */
    DISK_LIMIT(Reason.NO_SPACE, "the task's directories hold more than they may"),
    /** More output than is kept, where that ends a run. */
    OUTPUT_LIMIT(Reason.OUTPUT_LIMIT, "the task printed more than it may");

    private final Reason reason;
    private final String sentence;

    StopCause(Reason reason, String sentence) {
        this.reason = reason;
        this.sentence = sentence;
    }

    /** What a run comes to that is ended for this. */
    Reason reason() {
        return reason;
    }

    /** For people, where nothing more is known. */
    String sentence() {
        return sentence;
    }

    /** For logs and meters. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether there is no time for a grace: what the task takes, everybody else on the machine lacks. */
    boolean isUrgent() {
        return this == LEASE_LOST || this == OUT_OF_MEMORY || this == TOO_MANY_PROCESSES;
    }

    /**
     * Whether a run that ended before its tree was ended has obeyed all the same: what is urgent is killed on the spot,
     * and an interrupt is obeyed.
     */
    public boolean endsAtOnce() {
        return this == INTERRUPTED || isUrgent();
    }
}
