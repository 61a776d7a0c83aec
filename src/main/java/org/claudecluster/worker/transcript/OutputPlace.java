package org.claudecluster.worker.transcript;

/**
 * A place between two records.
 *
 * @param after number of the record before it, 0 at the beginning
 * @param offset how many bytes of output lie before it
 * @param position how many bytes of its file lie before it, where a log has files
 */
public record OutputPlace(long after, long offset, long position) {

    /** Before the first record. */
    public static final OutputPlace START = new OutputPlace(0, 0, 0);

    public OutputPlace {
        if (after < 0 || offset < 0 || position < 0) {
            throw new IllegalArgumentException(
                    "a place can't be before the start: " + after + " " + offset + " " + position);
        }
    }
}
