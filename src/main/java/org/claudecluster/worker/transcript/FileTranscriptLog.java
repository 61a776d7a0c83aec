package org.claudecluster.worker.transcript;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * One append-only file per task, for the worker that has the machine to itself. Files are spread over 256 directories
 * by the last two digits of the id, which are random, so that no directory grows too long to list.
 */
public final class FileTranscriptLog implements TranscriptLog {

    private static final int PARTS = 256;
    private static final String SUFFIX = ".log";
    /** How much lies between two places that are noted. */
    private static final long NOTED_BYTES = 4 * 1024 * 1024;

    private final Path directory;
    private final KnownPlaces places = new KnownPlaces();

    /** The directory is made when the first transcript is. */
    public FileTranscriptLog(Path directory) {
        this.directory = directory;
    }

    @Override
    public Appender open(Lease lease) {
        Path file = file(lease.task());
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new FileAppender(channel);
        } catch (IOException e) {
            throw new UncheckedIOException("the transcript can't be opened: " + file, e);
        }
    }

    @Override
    public Reader read(TaskId task, long after) {
        return new FileReader(task, after);
    }

    @Override
    public OutputPlace seek(TaskId task, long offset) {
        Path file = file(task);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return seek(task, channel, places.atOffset(task, offset), place -> place.offset() > offset);
        } catch (NoSuchFileException _) {
            return OutputPlace.START;
        } catch (IOException e) {
            throw new UncheckedIOException("the transcript can't be read: " + file, e);
        }
    }

    /** On its way it notes where it was: the next one begins there. */
    private OutputPlace seek(TaskId task, FileChannel channel, OutputPlace from, Predicate<OutputPlace> isBeyond)
            throws IOException {
        long[] noted = {from.position()};
        RecordScanner scanner = new RecordScanner(channel, 0, from);
        scanner.walk(place -> {
            if (place.position() - noted[0] >= NOTED_BYTES) {
                noted[0] = place.position();
                places.add(task, place);
            }
            return isBeyond.test(place);
        });
        places.add(task, scanner.place());
        return scanner.place();
    }

    @Override
    public boolean delete(TaskId task) {
        try {
            boolean deleted = Files.deleteIfExists(file(task));
            places.forget(task);
            return deleted;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    public int parts() {
        return PARTS;
    }

    @Override
    public List<TaskId> unchangedSince(Instant before, int part) {
        Path files = directory.resolve("%02x".formatted(part));
        List<TaskId> unchanged = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(files, "*" + SUFFIX)) {
            for (Path file : all) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                    task(file).ifPresent(unchanged::add);
                }
            }
        } catch (NoSuchFileException _) {
            // A directory that was never needed, or a file that somebody else has just removed: the next round sees the
            // rest.
            return unchanged;
        } catch (IOException | DirectoryIteratorException e) {
            throw new UncheckedIOException(new IOException("transcripts can't be listed: " + files, e));
        }
        return unchanged;
    }

    private static Optional<TaskId> task(Path file) {
        String name = file.getFileName().toString();
        return TaskId.parse(name.substring(0, name.length() - SUFFIX.length()));
    }

    private Path file(TaskId task) {
        String id = task.toString();
        return directory.resolve(id.substring(id.length() - 2)).resolve(id + SUFFIX);
    }

    private static final class FileAppender implements Appender {

        /** How many buffers one gathering write takes at most: the kernel's IOV_MAX. */
        private static final int MAX_BUFFERS = 1024;

        private final FileChannel channel;
        private long lastSeq;

        FileAppender(FileChannel channel) throws IOException {
            this.channel = channel;
            cutTornTail();
        }

        @Override
        public long lastSeq() {
            return lastSeq;
        }

        @Override
        public boolean append(List<TranscriptRecord> records) {
            for (int from = 0; from < records.size(); from += MAX_BUFFERS / 2) {
                List<TranscriptRecord> part = records.subList(from, Math.min(records.size(), from + MAX_BUFFERS / 2));
                write(part);
                lastSeq = part.getLast().seq();
            }
            return true;
        }

        private void write(List<TranscriptRecord> records) {
            ByteBuffer[] buffers = new ByteBuffer[2 * records.size()];
            long size = 0;
            for (int i = 0; i < records.size(); i++) {
                requireReadable(records.get(i));
                buffers[2 * i] = RecordFormat.header(records.get(i));
                buffers[2 * i + 1] = ByteBuffer.wrap(records.get(i).bytes());
                size += RecordFormat.HEADER + records.get(i).bytes().length;
            }
            try {
                for (long written = 0; written < size; ) {
                    written += channel.write(buffers);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the transcript can't be written", e);
            }
        }

        private static void requireReadable(TranscriptRecord record) {
            if (record.bytes().length > RecordFormat.MAX_PAYLOAD) {
                throw new UncheckedIOException(new IOException("a record of " + record.bytes().length
                        + " bytes is more than the " + RecordFormat.MAX_PAYLOAD + " that readers take"));
            }
        }

        private void cutTornTail() throws IOException {
            long end = 0;
            if (channel.size() > 0) {
                RecordScanner scanner = new RecordScanner(channel, 0, OutputPlace.START);
                for (List<TranscriptRecord> batch = scanner.next(RecordScanner.BLOCK);
                        !batch.isEmpty();
                        batch = scanner.next(RecordScanner.BLOCK)) {
                    lastSeq = batch.getLast().seq();
                }
                end = scanner.place().position();
            }
            channel.truncate(end);
            channel.position(end);
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Opens its file at the first read that finds one, since a viewer may come before the first record. */
    private final class FileReader implements Reader {

        private final TaskId task;
        private final Path file;
        private final long after;
        private @Nullable RecordScanner scanner;

        FileReader(TaskId task, long after) {
            this.task = task;
            this.file = file(task);
            this.after = after;
        }

        @Override
        public List<TranscriptRecord> next(int maxBytes) {
            try {
                if (scanner == null) {
                    if (!Files.exists(file)) {
                        return List.of();
                    }
                    scanner = open();
                }
                return scanner.next(maxBytes);
            } catch (IOException e) {
                throw new UncheckedIOException("the transcript can't be read: " + file, e);
            }
        }

        private RecordScanner open() throws IOException {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                OutputPlace begin = after == 0
                        ? OutputPlace.START
                        : seek(task, channel, places.atRecord(task, after), place -> place.after() > after);
                return new RecordScanner(channel, after, begin);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        }

        @Override
        public void close() {
            if (scanner == null) {
                return;
            }
            // The next reader goes on here.
            places.add(task, scanner.place());
            try {
                scanner.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
