package org.claudecluster.worker.transcript;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;

/**
 * A record in a file, big-endian: length of the payload (4), kind (1), seq (8), time (8), CRC-32C of the 21 bytes before
 * and the payload (4), payload. A file is nothing but records, so appending never rewrites a byte.
 */
final class RecordFormat {

    static final int HEADER = 25;
    /** Where in a header the kind's code stands. */
    private static final int KIND = 4;
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

    /** Whether the bytes at the buffer's position are the record that its header announces, which is there whole. */
    static boolean isIntact(ByteBuffer buffer) {
        int start = buffer.position();
        int length = buffer.getInt(start);
        int at = buffer.arrayOffset() + start;
        int checksum = checksum(buffer.array(), at, buffer.array(), at + HEADER, length);
        return checksum == buffer.getInt(start + CHECKED) && buffer.getLong(start + 5) > 0;
    }

    /** Takes the intact record at the buffer's position. */
    static TranscriptRecord take(ByteBuffer buffer) {
        int start = buffer.position();
        byte[] payload = new byte[buffer.getInt(start)];
        buffer.get(start + HEADER, payload);
        buffer.position(start + HEADER + payload.length);
        return new TranscriptRecord(
                buffer.getLong(start + 5), buffer.getLong(start + 13), Kind.ofCode(buffer.get(start + KIND)), payload);
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

    /** The place behind the record that stands at this place and at the buffer's position. */
    static OutputPlace behind(OutputPlace place, ByteBuffer buffer) {
        int size = size(buffer);
        boolean isOutput = buffer.get(buffer.position() + KIND) == Kind.OUTPUT.code();
        return new OutputPlace(seq(buffer), place.offset() + (isOutput ? size - HEADER : 0), place.position() + size);
    }

    private static int checksum(byte[] header, int headerAt, byte[] payload, int payloadAt, int length) {
        CRC32C crc = new CRC32C();
        crc.update(header, headerAt, CHECKED);
        crc.update(payload, payloadAt, length);
        return (int) crc.getValue();
    }
}
