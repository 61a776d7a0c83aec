package org.claudecluster.worker.bootstrap;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The file that gets log lines beside standard output. It is asked for by each image, whose directory for it may be
 * missing or read-only: then the worker runs without.
 */
record LogFile(Path path) {

    private static final String KEY = "worker.log.file";
    private static final String ENV = "WORKER_LOG_FILE";

    /** What {@code worker.log.file} asks for; a path that can't be one is one that can't be written. */
    static Optional<LogFile> asked(Map<String, String> environment) {
        return Optional.ofNullable(System.getProperty(KEY, environment.get(ENV)))
                .filter(given -> !given.isBlank())
                .map(LogFile::of);
    }

    private static LogFile of(String given) {
        try {
            return new LogFile(Path.of(given).toAbsolutePath().normalize());
        } catch (InvalidPathException _) {
            return new LogFile(Path.of("/"));
        }
    }

    /** Whether it can be written now, and be renamed when it is full. */
    boolean isWritable() {
        Path directory = path.getParent();
        return directory != null
                && Files.isDirectory(directory)
                && Files.isWritable(directory)
                && (Files.notExists(path) || (Files.isRegularFile(path) && Files.isWritable(path)));
    }
}
