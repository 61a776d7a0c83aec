package org.claudecluster.worker.lifecycle;

import org.claudecluster.worker.exec.ExecutorType;

/** Holds claims back while what their runs need is known to be missing. Asked before each claim: answers at once. */
@FunctionalInterface
public interface ClaimGate {

    /** Whether tasks may be claimed for this executor now. */
    boolean isOpen(ExecutorType executor);

    /** Whether one task may be claimed although the gate is closed, to find out whether it can be opened. */
    default boolean mayOneTry(ExecutorType executor) {
        return false;
    }

    /** That task was claimed. */
    default void oneTries() {}

    /** One that holds nothing back. */
    static ClaimGate open() {
        return _ -> true;
    }
}
