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

    private final ArrayDeque<LiveRecord> records = new ArrayDeque<>();
    private long weight;
    private long lastSeq;
    /** All above this number is here: numbers may jump, so what is missing can't be told by counting. */
    private long floor;

    /** Records up to this number are known already. */
    Tail(long lastSeq) {
        this.lastSeq = lastSeq;
        this.floor = lastSeq;
    }

    void add(TranscriptRecord record) {
        records.addLast(new LiveRecord(record));
        weight += LiveRecord.weight(record);
        lastSeq = record.seq();
    }

    /** Makes room: the oldest leave, up to this number and never the newest. */
    void evict(long upTo) {
        while (weight > BYTES
                && records.size() > 1
                && records.getFirst().record().seq() <= upTo) {
            TranscriptRecord oldest = records.removeFirst().record();
            weight -= LiveRecord.weight(oldest);
            floor = oldest.seq();
        }
    }

    long lastSeq() {
        return lastSeq;
    }

    /** All that is here above this number. */
    List<TranscriptRecord> above(long seq) {
        return records.stream()
                .map(LiveRecord::record)
                .filter(record -> record.seq() > seq)
                .toList();
    }

    /** As {@link #after}, for a viewer whose next records will never be found: one stands for those that are missing. */
    Window afterGap(long after, int maxBytes, long atMillis) {
        long first = records.getFirst().record().seq();
        List<LiveRecord> found = new ArrayList<>();
        found.add(new LiveRecord(Cap.gap(after + 1, first - 1, atMillis)));
        if (after(first - 1, maxBytes) instanceof Window.Records(List<LiveRecord> rest)) {
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
        ArrayDeque<LiveRecord> found = new ArrayDeque<>();
        for (Iterator<LiveRecord> newest = records.descendingIterator(); newest.hasNext(); ) {
            LiveRecord live = newest.next();
            if (live.record().seq() <= after) {
                break;
            }
            found.addFirst(live);
        }
        return new Window.Records(upTo(maxBytes, found));
    }

    private static List<LiveRecord> upTo(int maxBytes, Iterable<LiveRecord> records) {
        List<LiveRecord> taken = new ArrayList<>();
        int bytes = 0;
        for (LiveRecord live : records) {
            if (!taken.isEmpty() && bytes + live.record().bytes().length > maxBytes) {
                return taken;
            }
            bytes += live.record().bytes().length;
            taken.add(live);
        }
        return taken;
    }
}
