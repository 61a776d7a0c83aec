package org.claudecluster.worker.transcript;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Holds the records that the log has not taken yet. Not safe for use by two threads at once. */
final class Backlog {

    /** This much is handed to the log without waiting for the next timed flush. */
    static final int FLUSH_BYTES = 64 * 1024;
    /** One append takes about this much at most, so that a log which was away does not get all at once. */
    private static final int APPEND_BYTES = 512 * 1024;

    private final long capacity;
    private final ArrayDeque<TranscriptRecord> records = new ArrayDeque<>();
    private long bytes;
    private long weight;
    private boolean full;

    Backlog(long capacity) {
        this.capacity = capacity;
    }

    void add(TranscriptRecord record) {
        records.addLast(record);
        bytes += record.bytes().length;
        weight += Tail.weight(record);
        full |= weight >= capacity;
    }

    boolean isDue() {
        return bytes >= FLUSH_BYTES;
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    /** Full from the capacity on, and then until half of it is free, so that a writer is not stopped at every record. */
    boolean isFull() {
        return full;
    }

    /** The oldest, for one append. They stay until they are {@linkplain #written}. */
    List<TranscriptRecord> batch() {
        List<TranscriptRecord> batch = new ArrayList<>();
        int size = 0;
        for (TranscriptRecord record : records) {
            if (!batch.isEmpty() && size + record.bytes().length > APPEND_BYTES) {
                return batch;
            }
            batch.add(record);
            size += record.bytes().length;
        }
        return batch;
    }

    /** The log has the oldest {@code count}; whether there is room now where there was none. */
    boolean written(int count) {
        boolean wasFull = full;
        for (int i = 0; i < count; i++) {
            TranscriptRecord record = records.removeFirst();
            bytes -= record.bytes().length;
            weight -= Tail.weight(record);
        }
        full &= weight > capacity / 2;
        return wasFull && !full;
    }

    /** Nobody will take it any more; answers as {@link #written}. */
    boolean drop() {
        return written(records.size());
    }
}
