package org.claudecluster.worker.transcript;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Some records in one array of bytes, in the format of {@link RecordFormat}: what a row of a table holds. */
public final class RecordBlock {

    private RecordBlock() {}

    /** How many bytes the record takes in a block. */
    public static int size(TranscriptRecord record) {
        return RecordFormat.HEADER + record.bytes().length;
    }

    public static byte[] encode(List<TranscriptRecord> records) {
        ByteBuffer block =
                ByteBuffer.allocate(records.stream().mapToInt(RecordBlock::size).sum());
        for (TranscriptRecord record : records) {
            block.put(RecordFormat.header(record)).put(record.bytes());
        }
        return block.array();
    }

    /** The records with a number above {@code after}. Throws {@link IllegalArgumentException} when it is no block. */
    public static List<TranscriptRecord> decode(byte[] bytes, long after) {
        List<TranscriptRecord> records = new ArrayList<>();
        ByteBuffer block = ByteBuffer.wrap(bytes);
        while (block.hasRemaining()) {
            int size = RecordFormat.size(block);
            if (size == 0 || size > block.remaining() || !RecordFormat.isIntact(block)) {
                throw new IllegalArgumentException("no whole record at " + block.position());
            }
            if (RecordFormat.seq(block) > after) {
                records.add(RecordFormat.take(block));
            } else {
                block.position(block.position() + size);
            }
        }
        return records;
    }
}
