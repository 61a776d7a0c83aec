package org.claudecluster.worker.workspace;

/** The state of a task's directory before it begins, or begins again. */
public enum Standing {
    /** Nothing, and nothing is known of it: no run was here, or what was here was empty. */
    NEW,
    /** A clone that was not finished. */
    HALF,
    /** A directory in which a run has worked. */
    THERE,
    /** A directory of which nothing is known: its run was cut off by the worker's death. */
    UNRECORDED,
    /** There was one, and it is gone. */
    GONE;

    /** Whether what an earlier run has done in it can be gone on with. */
    public boolean isThere() {
        return this == THERE || this == UNRECORDED;
    }
}
