package org.claudecluster.worker.transcript;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A record on its way to viewers. It is turned into wire bytes once, however many watch. */
public final class LiveRecord {

    /** About what a record takes in memory besides its bytes, so that a million tiny ones count for what they are. */
    private static final int OVERHEAD = 128;

    private final TranscriptRecord record;
    private volatile byte @Nullable [] wire;

    LiveRecord(TranscriptRecord record) {
        this.record = record;
    }

    public TranscriptRecord record() {
        return record;
    }

    /** What it takes in memory, about. */
    static int weight(TranscriptRecord record) {
        return record.bytes().length + OVERHEAD;
    }

    /** The wire bytes; two viewers that ask at the same moment may both make them, which is harmless. */
    public byte[] wire(Function<TranscriptRecord, byte[]> codec) {
        byte[] made = wire;
        if (made == null) {
            made = codec.apply(record);
            wire = made;
        }
        return made;
    }
}
