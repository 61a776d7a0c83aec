package org.claudecluster.worker.exec;

import java.io.IOException;
import java.util.UUID;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.jboss.logging.Logger;

/** The one place where it is decided whether an attempt goes on or begins anew: by its session and its directory. */
record Resumable(Sessions files, TaskWorkspaces workspaces) implements Sessions {

    private static final Logger LOG = Logger.getLogger(Resumable.class);

    @Override
    public boolean reaches(UUID session) {
        return files.reaches(session);
    }

    @Override
    public boolean canGoOn(Task task, UUID session) {
        try {
            return files.reaches(session) && workspaces.standing(task).isThere();
        } catch (IOException e) {
            LOG.warnf("a workspace can't be looked at taskId=%s: %s", task.id(), e);
            return true;
        }
    }

    @Override
    public void remove(UUID session) {
        files.remove(session);
    }
}
