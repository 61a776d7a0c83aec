package org.claudecluster.worker.task.store;

/** Tells whose a session of the CLI is: the tenant's whose task was the first to run in it. */
public enum SessionUse {
    /** The asking tenant's. */
    OWN,
    /** Another tenant's, whose words and files it holds. */
    ANOTHERS,
    /** No task that is still there has run in it. */
    UNKNOWN
}
