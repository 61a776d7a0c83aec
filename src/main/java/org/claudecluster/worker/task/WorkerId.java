package org.claudecluster.worker.task;

/**
 * Names one worker process. New at every process start, even under the same pod name, so that a restarted worker can
 * never act on the leases of its predecessor.
 */
public record WorkerId(String value) {

    public static final int MAX_LENGTH = 200;

    public WorkerId {
        if (value.isBlank() || value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a worker id has 1 to " + MAX_LENGTH + " characters: " + value.length());
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
