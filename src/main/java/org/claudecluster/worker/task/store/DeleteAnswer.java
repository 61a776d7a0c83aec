package org.claudecluster.worker.task.store;

/** The answer to a delete. */
public enum DeleteAnswer {
    DELETED,
    /** Only final tasks can be deleted. */
    NOT_FINAL,
    UNKNOWN
}
