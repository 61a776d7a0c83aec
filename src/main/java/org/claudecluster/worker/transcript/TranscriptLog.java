package org.claudecluster.worker.transcript;

import java.time.Instant;
import java.util.List;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;

/**
 * Keeps the records of every task.
 *
 * <p>Guarantees of every adapter, held by one contract test: what was appended is read back in order and without a gap;
 * a record is there whole or not at all; what a flush has returned for survives {@code kill -9}. Methods block for the
 * disk or the database. They throw {@link java.io.UncheckedIOException} when it has failed for good, and
 * {@link org.claudecluster.worker.task.store.StoreUnavailableException} when the same call may go well a moment later.
 */
public interface TranscriptLog {

    /** Opens a task's transcript for its one writer, the lease's holder, and continues after the last whole record. */
    Appender open(Lease lease);

    /** Reads the records with a number above {@code after}; an unknown task has none. */
    Reader read(TaskId task, long after);

    /**
     * A place that is not behind this byte of output, and so near that little of what follows it is not wanted. With
     * {@link Long#MAX_VALUE} it is the end, and its offset is how much output there is; an unknown task has none. Who
     * asks again for what came since does not walk over what was before.
     */
    OutputPlace seek(TaskId task, long offset);

    /** Removes all records; false when there were none. */
    boolean delete(TaskId task);

    /** How many parts there are to look through for records whose task is gone; zero where they go with it. */
    default int parts() {
        return 0;
    }

    /**
     * The tasks in one part whose records have not changed since. Records are only written while their task is in the
     * store: those of a task that is looked up later and is not there were left behind.
     *
     * @param part from 0, below {@link #parts}
     */
    default List<TaskId> unchangedSince(Instant before, int part) {
        return List.of();
    }

    /** Whether calls may wait for a network, so that no thread which serves many tasks may make them. */
    default boolean isRemote() {
        return true;
    }

    /** The writing end. Not safe for use by two threads at once. */
    interface Appender extends AutoCloseable {

        /** The number of the last record, 0 before the first. */
        long lastSeq();

        /**
         * Writes the records so that readers find them from now on. False: the lease is lost and nothing was written.
         * Records that were written before are passed over, so that a call whose reply was lost can be repeated.
         */
        boolean append(List<TranscriptRecord> records);

        @Override
        void close();
    }

    /** A position in a transcript that only moves forward. Not safe for use by two threads at once. */
    interface Reader extends AutoCloseable {

        /**
         * The next records, in order: as many as fit in {@code maxBytes}, at least one if there is one. Empty when all
         * that was written has been read; more may come later.
         */
        List<TranscriptRecord> next(int maxBytes);

        @Override
        void close();
    }
}
