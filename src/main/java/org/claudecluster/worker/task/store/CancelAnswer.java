package org.claudecluster.worker.task.store;

/** The answer to a cancel; the loser of a race is a case, not an exception. */
public enum CancelAnswer {
    /** It was pending and is cancelled now. */
    CANCELLED,
    /** It runs; its worker has been told and will write the final state. */
    REQUESTED,
    /** It had ended before. */
    ALREADY_FINAL,
    UNKNOWN
}
