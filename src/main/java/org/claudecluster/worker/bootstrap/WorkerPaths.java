package org.claudecluster.worker.bootstrap;

import java.nio.file.Path;
import org.claudecluster.worker.config.StorageConfig;
import org.claudecluster.worker.config.WorkerConfig;

/** Where a worker keeps what it keeps. */
final class WorkerPaths {

    private WorkerPaths() {}

    static Path dataDir(StorageConfig storage) {
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

    static Path gitSecrets(WorkerConfig worker) {
        return worker.workspace().secretsDir().toAbsolutePath().normalize();
    }
}
