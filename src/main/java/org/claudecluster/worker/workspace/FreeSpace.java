package org.claudecluster.worker.workspace;

import java.nio.file.Files;
import java.nio.file.Path;

/** Detects failures caused by a full disk: it asks the file system rather than read somebody's message. */
public final class FreeSpace {

    private static final long LEAST = 1024 * 1024;

    private FreeSpace() {}

    /** Whether less than 1 MiB can be written where this path is, or would be. */
    public static boolean isFull(Path path) {
        Path existing = path.toAbsolutePath();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        // Not FileStore, which reads the list of mounts each time.
        return existing.toFile().getUsableSpace() < LEAST;
    }
}
