package org.claudecluster.worker.terminal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * An empty file for each run that may have processes, by which a worker that starts knows the brands of its
 * predecessor's. It outlives the worker, not the machine, whose end is the end of its processes too: so nothing is synced.
 */
final class RunNotes {
    private static final Logger LOG = Logger.getLogger(RunNotes.class);

    private final Path directory;

    RunNotes(Path directory) {
        this.directory = directory;
    }

    /** A run can do without: its processes are then found by other traits. */
    void add(String run) {
        try {
            Files.createDirectories(directory);
            Files.newByteChannel(directory.resolve(run), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE))
                    .close();
        } catch (IOException e) {
            LOG.warnf("a run is not noted: %s", e.toString());
        }
    }

    void remove(String run) {
        try {
            Files.deleteIfExists(directory.resolve(run));
        } catch (IOException e) {
            LOG.warnf("the note of a run that is over stays: %s", e.toString());
        }
    }

    Set<String> runs() {
        if (!Files.isDirectory(directory)) return Set.of();
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toSet());
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("the notes of a predecessor's runs can't be read: %s", e.toString());
            return Set.of();
        }
    }
}
