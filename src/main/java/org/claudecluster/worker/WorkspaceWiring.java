package org.claudecluster.worker;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.claudecluster.worker.config.StorageConfig;
import org.claudecluster.worker.config.WorkerConfig;
import org.claudecluster.worker.exec.PtyExecutor;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.workspace.Git;
import org.claudecluster.worker.workspace.HomeId;
import org.claudecluster.worker.workspace.TaskWorkspaces;

/** Puts together what tasks work in, and what goes on after them. */
@ApplicationScoped
class WorkspaceWiring {

    @Produces
    @Singleton
    TaskWorkspaces workspaces(StorageConfig storage, WorkerConfig worker) {
        try {
            return new TaskWorkspaces(
                    HomeId.of(Directories.dataDir(storage)),
                    Directories.workspaces(storage),
                    Directories.cliState(storage).resolve("workspaces"),
                    new Git(System.getenv()),
                    Directories.gitSecrets(worker));
        } catch (IOException e) {
            throw new UncheckedIOException("the data directory can't be prepared", e);
        }
    }

    @Produces
    @Singleton
    Sessions sessions(PtyExecutor pty) {
        return pty.sessions();
    }
}
