package org.claudecluster.worker;

import java.nio.file.Path;
import org.claudecluster.worker.config.StorageConfig;

/** Where a worker keeps what it keeps. */
final class Directories {

    private Directories() {}

    private static Path dataDir(StorageConfig storage) {
        return storage.dataDir().toAbsolutePath().normalize();
    }

    static Path cliState(StorageConfig storage) {
        return dataDir(storage).resolve("cli");
    }

    static Path workspaces(StorageConfig storage) {
        return storage.workspaceRoot()
                .map(root -> root.toAbsolutePath().normalize())
                .orElseGet(() -> dataDir(storage).resolve("workspace"));
    }
}
