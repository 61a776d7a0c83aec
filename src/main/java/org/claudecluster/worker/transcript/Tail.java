package org.claudecluster.worker.transcript;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.claudecluster.worker.transcript.LiveTranscript.Window;

/** The newest records of a task, in memory for its viewers. Not safe for use by two threads at once. */
final class Tail {

    /** Enough for a viewer that is a few network round trips behind a terminal at full speed. */
    static final int BYTES = 512 * 1024;
    /** About what a record takes in memory besides its bytes, so that a million tiny ones count for what they are. */
    private static final int OVERHEAD = 128;

    private final ArrayDeque<TranscriptRecord> records = new ArrayDeque<>();
    private long weight;
    private long lastSeq;
    /** All above this number is here: numbers may jump, so what is missing can't be told by counting. */
    private long floor;

    /** Records up to this number are known already. */
    Tail(long lastSeq) {
        this.lastSeq = lastSeq;
        this.floor = lastSeq;
    }

    /** What it takes in memory, about. */
    static int weight(TranscriptRecord record) {
        return record.bytes().length + OVERHEAD;
    }

    void add(TranscriptRecord record) {
        records.addLast(record);
        weight += weight(record);
        lastSeq = record.seq();
    }

    /** Makes room: the oldest leave, up to this number and never the newest. */
    void evict(long upTo) {
        while (weight > BYTES && records.size() > 1 && records.getFirst().seq() <= upTo) {
            TranscriptRecord oldest = records.removeFirst();
            weight -= weight(oldest);
            floor = oldest.seq();
        }
    }

    long lastSeq() {
        return lastSeq;
    }

    /** All that is here above this number. */
    List<TranscriptRecord> above(long seq) {
        return records.stream().filter(record -> record.seq() > seq).toList();
    }

    /** As {@link #after}, for a viewer whose next records will never be found: one stands for those that are missing. */
    Window afterGap(long after, int maxBytes, long atMillis) {
        long first = records.getFirst().seq();
        List<TranscriptRecord> found = new ArrayList<>();
        found.add(TranscriptLimit.gap(after + 1, first - 1, atMillis));
        if (after(first - 1, maxBytes) instanceof Window.Records(List<TranscriptRecord> rest)) {
            found.addAll(rest);
        }
        return new Window.Records(found);
    }

    Window after(long after, int maxBytes) {
        if (after >= lastSeq) {
            return new Window.Records(List.of());
        }
        if (after < floor) {
            return new Window.Behind();
        }
        ArrayDeque<TranscriptRecord> found = new ArrayDeque<>();
        for (Iterator<TranscriptRecord> newest = records.descendingIterator(); newest.hasNext(); ) {
            TranscriptRecord record = newest.next();
            if (record.seq() <= after) {
                break;
            }
            found.addFirst(record);
        }
        return new Window.Records(upTo(maxBytes, found));
    }

    private static List<TranscriptRecord> upTo(int maxBytes, Iterable<TranscriptRecord> records) {
        List<TranscriptRecord> taken = new ArrayList<>();
        int bytes = 0;
        for (TranscriptRecord record : records) {
            if (!taken.isEmpty() && bytes + record.bytes().length > maxBytes) {
                return taken;
            }
            bytes += record.bytes().length;
            taken.add(record);
        }
        return taken;
    }
}
