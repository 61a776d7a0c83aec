package org.claudecluster.worker.transcript;

import java.util.List;
import org.claudecluster.worker.task.TaskId;

/**
 * Keeps the records of every task.
 *
 * <p>Guarantees of every adapter, held by one contract test: what was appended is read back in order and without a gap;
 * a record is there whole or not at all; what a flush has returned for survives {@code kill -9}. Methods block for the
 * disk or the database and throw {@link java.io.UncheckedIOException} when it fails.
 */
public interface TranscriptLog {

    /** Opens a task's transcript for its one writer and continues after the last whole record. */
    Appender open(TaskId task);

    /** Reads the records with a number above {@code after}; an unknown task has none. */
    Reader read(TaskId task, long after);

    /** Removes all records; false when there were none. */
    boolean delete(TaskId task);

    /** The writing end. Not safe for use by two threads at once. */
    interface Appender extends AutoCloseable {

        /** The number of the last record, 0 before the first. */
        long lastSeq();

        /** Writes the records so that readers find them from now on. */
        void append(List<TranscriptRecord> records);

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
