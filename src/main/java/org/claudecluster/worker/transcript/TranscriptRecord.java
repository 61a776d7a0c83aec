package org.claudecluster.worker.transcript;

import static java.util.Objects.requireNonNull;

/**
 * One thing that happened to a task's terminal. All kinds share one numbering, which is also the id of a server-sent
 * event.
 *
 * @param seq one above the record's before, from the {@linkplain org.claudecluster.worker.task.EventIds#first first} of
 *     its claim on
 * @param atMillis milliseconds since 1970-01-01T00:00Z
 * @param bytes not copied: nobody may change them. Output never ends in the middle of a UTF-8 character unless the
 *     terminal itself did
 */
public record TranscriptRecord(long seq, long atMillis, Kind kind, byte[] bytes) {

    /** The kinds of bytes. The codes are part of the file format. */
    public enum Kind {
        /** Bytes of the terminal, exactly as they came. */
        OUTPUT(1),
        /** One line of the CLI's stream-json, without the line end. */
        AGENT(2),
        /** A change of state, a JSON object. */
        STATUS(3),
        /** A new size of the terminal, {@code COLSxROWS} in ASCII, as asciicast writes it. */
        RESIZE(4);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        byte code() {
            return code;
        }

        static Kind ofCode(byte code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no record kind has the code " + code);
        }
    }

    public TranscriptRecord {
        requireNonNull(kind, "kind");
        requireNonNull(bytes, "bytes");
        if (seq < 1) {
            throw new IllegalArgumentException("seq must be positive: " + seq);
        }
    }

    @Override
    public String toString() {
        return "TranscriptRecord[" + seq + " " + kind + " " + bytes.length + " bytes]";
    }
}
