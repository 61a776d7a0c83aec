package org.claudecluster.worker.lifecycle;

/**
 * How many tasks may have processes at once. A slot is held back while a claim is under way, taken when it has brought a
 * task, and free when nothing of the task is left.
 */
final class Slots {

    private final int total;
    private int heldBack;
    private int used;

    Slots(int total) {
        this.total = total;
    }

    int total() {
        return total;
    }

    synchronized int used() {
        return used;
    }

    /** Holds back all that are free, for claims that may bring as many tasks. */
    synchronized int holdBackFree() {
        int free = total - used - heldBack;
        heldBack += free;
        return free;
    }

    /** Holds back one, if one is free. */
    synchronized boolean holdBackOne() {
        if (used + heldBack >= total) {
            return false;
        }
        heldBack++;
        return true;
    }

    /** A task was claimed for a slot that was held back. */
    synchronized void take() {
        heldBack--;
        used++;
    }

    /** Nothing was claimed for so many that were held back. */
    synchronized void letGo(int slots) {
        heldBack -= slots;
    }

    synchronized void release() {
        used--;
    }
}
