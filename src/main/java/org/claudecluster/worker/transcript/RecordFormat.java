package org.claudecluster.worker.transcript;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;

/**
 * A record in a file, big-endian: length of the payload (4), kind (1), seq (8), time (8), CRC-32C of the 21 bytes before
 * and the payload (4), payload. A file is nothing but records, so appending never rewrites a byte.
 */
final class RecordFormat {

    static final int HEADER = 25;
    /** Above what any writer makes; a larger length means that the header is not one. */
    static final int MAX_PAYLOAD = 64 * 1024 * 1024;

    private static final int CHECKED = 21;

    private RecordFormat() {}

    static ByteBuffer header(TranscriptRecord record) {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.putInt(record.bytes().length)
                .put(record.kind().code())
                .putLong(record.seq())
                .putLong(record.atMillis());
        header.putInt(checksum(header.array(), 0, record.bytes(), 0, record.bytes().length));
        return header.flip();
    }

    /** Takes the record at the buffer's position; empty, with the position unmoved, when it is not there whole. */
    static Optional<TranscriptRecord> take(ByteBuffer buffer) {
        if (buffer.remaining() < HEADER) {
            return Optional.empty();
        }
        int start = buffer.position();
        int length = buffer.getInt(start);
        if (length < 0 || length > MAX_PAYLOAD || buffer.remaining() < HEADER + length) {
            return Optional.empty();
        }
        byte[] payload = new byte[length];
        buffer.get(start + HEADER, payload);
        int checksum = checksum(buffer.array(), buffer.arrayOffset() + start, payload, 0, length);
        if (checksum != buffer.getInt(start + CHECKED)) {
            return Optional.empty();
        }
        buffer.position(start + HEADER + length);
        return Optional.of(new TranscriptRecord(
                buffer.getLong(start + 5), buffer.getLong(start + 13), Kind.ofCode(buffer.get(start + 4)), payload));
    }

    /** How many bytes the record at the buffer's position takes; 0 when not even its header is there. */
    static int size(ByteBuffer buffer) {
        if (buffer.remaining() < HEADER) {
            return 0;
        }
        int length = buffer.getInt(buffer.position());
        return length < 0 || length > MAX_PAYLOAD ? 0 : HEADER + length;
    }

    static long seq(ByteBuffer buffer) {
        return buffer.getLong(buffer.position() + 5);
    }

    private static int checksum(byte[] header, int headerAt, byte[] payload, int payloadAt, int length) {
        CRC32C crc = new CRC32C();
        crc.update(header, headerAt, CHECKED);
        crc.update(payload, payloadAt, length);
        return (int) crc.getValue();
    }
}
