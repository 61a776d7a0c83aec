package org.claudecluster.worker.bootstrap;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.claudecluster.worker.config.StorageConfig;
import org.claudecluster.worker.config.WorkerConfig;
import org.claudecluster.worker.exec.PtyExecutor;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.workspace.DataDirectoryId;
import org.claudecluster.worker.workspace.Git;
import org.claudecluster.worker.workspace.SshProgram;
import org.claudecluster.worker.workspace.TaskWorkspaces;

/** Puts together what tasks work in, and what goes on after them. */
@ApplicationScoped
class WorkspaceProducers {

    @Produces
    @Singleton
    TaskWorkspaces workspaces(StorageConfig storage, WorkerConfig worker) {
        Map<String, String> environment = System.getenv();
        SshProgram.Identity identity = new SshProgram.Identity(
                worker.workspace().sshKey(), worker.workspace().sshKnownHosts());
        try {
            TaskWorkspaces workspaces = new TaskWorkspaces(
                    DataDirectoryId.of(WorkerPaths.dataDir(storage)),
                    WorkerPaths.workspaces(storage),
                    WorkerPaths.cliState(storage).resolve("workspaces"),
                    new Git(environment, SshProgram.write(WorkerPaths.cliState(storage), identity, environment)),
                    WorkerPaths.gitSecrets(worker));
            return workspaces.sharingHome(worker.task().home() == WorkerConfig.Task.Home.SHARED);
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
