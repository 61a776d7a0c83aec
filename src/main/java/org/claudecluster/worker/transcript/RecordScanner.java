package org.claudecluster.worker.transcript;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Walks over the records of a file. Reads by position, so a writer may append meanwhile. */
final class RecordScanner implements AutoCloseable {

    static final int BLOCK = 256 * 1024;

    private final FileChannel channel;
    private final long after;
    private ByteBuffer block = ByteBuffer.allocate(0);
    /** Where in the file the first byte of {@link #block} that was not taken yet stands. */
    private long position;

    RecordScanner(FileChannel channel, long after) {
        this(channel, after, 0);
    }

    /** From a place on that is not behind the record {@code after}. */
    RecordScanner(FileChannel channel, long after, long position) {
        this.channel = channel;
        this.after = after;
        this.position = position;
    }

    /** The end of the last whole record that was taken. */
    long position() {
        return position;
    }

    /** The next records: what is in memory, at most {@code maxBytes} but one at least; reads the file when none is. */
    List<TranscriptRecord> next(int maxBytes) throws IOException {
        List<TranscriptRecord> found = new ArrayList<>();
        int bytes = 0;
        while (isWhole() || (found.isEmpty() && refill())) {
            int size = RecordFormat.size(block);
            if (!RecordFormat.isIntact(block)) {
                // Not one yet, or torn: it is read again when somebody asks again.
                block.limit(block.position());
                return found;
            }
            if (RecordFormat.seq(block) <= after) {
                skip(size);
                continue;
            }
            if (!found.isEmpty() && bytes + size > maxBytes) {
                return found;
            }
            found.add(RecordFormat.take(block));
            position += size;
            bytes += size;
        }
        return found;
    }

    /**
     * Passes over records from this place on, looks at each whole and makes nothing of it.
     *
     * @return the last place that is not beyond what is wanted
     */
    OutputPlace walk(OutputPlace from, Predicate<OutputPlace> isBeyond) throws IOException {
        OutputPlace at = from;
        while ((isWhole() || refill()) && RecordFormat.isIntact(block)) {
            OutputPlace next = RecordFormat.behind(at, block);
            if (isBeyond.test(next)) {
                return at;
            }
            skip(RecordFormat.size(block));
            at = next;
        }
        return at;
    }

    private boolean isWhole() {
        int size = RecordFormat.size(block);
        return size > 0 && size <= block.remaining();
    }

    private void skip(int size) {
        block.position(block.position() + size);
        position += size;
    }

    /** Loads the block from the current position on; false when that brings no whole record. */
    private boolean refill() throws IOException {
        load(BLOCK);
        int size = RecordFormat.size(block);
        if (size > block.remaining()) {
            load(size);
        }
        return isWhole();
    }

    private void load(int wanted) throws IOException {
        if (block.capacity() < wanted) {
            block = ByteBuffer.allocate(wanted);
        }
        block.clear();
        int read;
        do {
            read = channel.read(block, position + block.position());
        } while (read > 0 && block.hasRemaining());
        block.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
