package org.claudecluster.worker.transcript;

import java.nio.charset.StandardCharsets;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;

/**
 * Bounds how much of one run the log keeps: a head, and the newest {@link Tail#BYTES} when the run has ended. The part
 * between is one status record with the last number that is missing, so that numbering and resuming go on as if nothing
 * were. Not safe for use by two threads at once.
 */
final class TranscriptLimit {

    private final long headBytes;
    private long recorded;
    /** The last number of the head; negative while all is head. */
    private long headEnd = -1;

    /** So many bytes in all. */
    TranscriptLimit(long bytes) {
        this.headBytes = bytes - Tail.BYTES;
    }

    /** Whether the record belongs to the head; once one does not, none does. */
    boolean isHead(TranscriptRecord record) {
        recorded += RecordBlock.size(record);
        if (!isReached() && recorded > headBytes) {
            headEnd = record.seq() - 1;
        }
        return !isReached();
    }

    boolean isReached() {
        return headEnd >= 0;
    }

    /** The last number of the head, once the cap is reached. */
    long headEnd() {
        return headEnd;
    }

    /** Stands for what is missing, {@code from} to {@code to}. */
    static TranscriptRecord gap(long from, long to, long atMillis) {
        String json = "{\"status\":\"gap\",\"fromSeq\":%d,\"toSeq\":%d}".formatted(from, to);
        return new TranscriptRecord(to, atMillis, Kind.STATUS, json.getBytes(StandardCharsets.UTF_8));
    }
}
