package org.claudecluster.worker.task.store;

/** The answer to the wish for a soft end; the loser of a race is a case, not an exception. */
public enum InterruptAnswer {
    /** It runs; its worker has been told and will write the final state. */
    REQUESTED,
    /** It waits: nothing runs that could be interrupted. */
    PENDING,
    /** It had ended before. */
    ALREADY_FINAL,
    UNKNOWN
}
