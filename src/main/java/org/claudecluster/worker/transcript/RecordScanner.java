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
    /** Where the first byte of {@link #block} that was not taken yet stands. */
    private OutputPlace place;

    /** From a place on that is not behind the record {@code after}. */
    RecordScanner(FileChannel channel, long after, OutputPlace from) {
        this.channel = channel;
        this.after = after;
        this.place = from;
    }

    /** Behind the last whole record that was taken or passed over. */
    OutputPlace place() {
        return place;
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
            OutputPlace behind = RecordFormat.behind(place, block);
            if (behind.after() <= after) {
                skip(behind);
                continue;
            }
            if (!found.isEmpty() && bytes + size > maxBytes) {
                return found;
            }
            found.add(RecordFormat.take(block));
            place = behind;
            bytes += size;
        }
        return found;
    }

    /** Passes over records, looks at each whole and makes nothing of it, up to the last that is not beyond what is wanted. */
    void walk(Predicate<OutputPlace> isBeyond) throws IOException {
        while ((isWhole() || refill()) && RecordFormat.isIntact(block)) {
            OutputPlace behind = RecordFormat.behind(place, block);
            if (isBeyond.test(behind)) {
                return;
            }
            skip(behind);
        }
    }

    private boolean isWhole() {
        int size = RecordFormat.size(block);
        return size > 0 && size <= block.remaining();
    }

    private void skip(OutputPlace behind) {
        block.position(block.position() + (int) (behind.position() - place.position()));
        place = behind;
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
            read = channel.read(block, place.position() + block.position());
        } while (read > 0 && block.hasRemaining());
        block.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
