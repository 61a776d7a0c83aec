package org.claudecluster.worker.task;

/** Decides whether one more task may wait. */
public interface Admission {

    /** Takes a place in the queue; false when it is full. */
    boolean tryAdmit();

    /** Gives a place back that was taken for nothing, since the request was a repetition. */
    void giveBack();

    int capacity();
}
