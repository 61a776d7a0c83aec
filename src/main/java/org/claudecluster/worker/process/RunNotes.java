package org.claudecluster.worker.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * An empty file for each run that may have processes, by which a worker that starts knows the brands of its
 * predecessor's. It outlives the worker, not the machine, whose end is the end of its processes too: so nothing is synced.
 * The note of a run that is over becomes the next one's: to rename a file costs a fraction of making and removing one.
 */
final class RunNotes {
    private static final Logger LOG = Logger.getLogger(RunNotes.class);

    /** No run's name begins so. */
    private static final String SPARE = ".spare-";
    /** What is over beyond these is removed. */
    private static final int PLACES = 64;

    private final Path directory;
    private final Queue<Path> places = new ConcurrentLinkedQueue<>();
    private final Queue<Path> spares = new ConcurrentLinkedQueue<>();

    /** A predecessor's notes stay; its spare ones are written over. */
    RunNotes(Path directory) {
        this.directory = directory;
        IntStream.range(0, PLACES).forEach(number -> places.add(directory.resolve(SPARE + number)));
    }

    /** A run can do without: its processes are then found by other traits. */
    void add(String run) {
        try {
            Path note = directory.resolve(run);
            if (!isRenamed(note)) make(note);
        } catch (IOException e) {
            LOG.warnf("a run is not noted: %s", e.toString());
        }
    }

    private void make(Path note) throws IOException {
        Files.createDirectories(directory);
        Files.newByteChannel(note, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE))
                .close();
    }

    void remove(String run) {
        Path note = directory.resolve(run);
        Path place = places.poll();
        try {
            if (place == null) {
                Files.deleteIfExists(note);
            } else {
                Files.move(note, place, StandardCopyOption.REPLACE_EXISTING);
                spares.add(place);
            }
        } catch (NoSuchFileException _) {
            if (place != null) places.add(place);
        } catch (IOException e) {
            LOG.warnf("the note of a run that is over stays: %s", e.toString());
        }
    }

    /** One of the spare notes becomes this one; false when there is none. */
    private boolean isRenamed(Path note) throws IOException {
        Path kept = spares.poll();
        if (kept == null) return false;
        try {
            Files.move(kept, note);
            return true;
        } catch (NoSuchFileException _) {
            return false; // somebody has cleared the directory
        } finally {
            places.add(kept);
        }
    }

    /** Those that have a note. */
    Set<String> runs() {
        if (!Files.isDirectory(directory)) return Set.of();
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.startsWith(SPARE))
                    .collect(Collectors.toSet());
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("the notes of a predecessor's runs can't be read: %s", e.toString());
            return Set.of();
        }
    }
}
