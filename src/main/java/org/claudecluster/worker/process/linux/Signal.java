package org.claudecluster.worker.process.linux;

/** The signals we send; their numbers are the same on every Unix. */
public enum Signal {
    INTERRUPT(2),
    KILL(9),
    TERMINATE(15);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
