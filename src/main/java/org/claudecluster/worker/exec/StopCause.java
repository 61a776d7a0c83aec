package org.claudecluster.worker.exec;

/** Why a run shall end before it does so by itself. */
public enum StopCause {
    /** Somebody cancelled the task. */
    CANCELLED,
    /** The task's wall clock ran out. */
    TIMED_OUT,
    /** Another worker may own the task by now: nothing may be written any more. */
    LEASE_LOST,
    /** This worker is shutting down. */
    DRAINED,
    /** The transcript can't be written, and a run that nobody can follow shall not go on. */
    TRANSCRIPT_BROKEN
}
