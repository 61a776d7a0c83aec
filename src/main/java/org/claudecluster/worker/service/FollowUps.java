package org.claudecluster.worker.service;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.store.Tenants;
import org.claudecluster.worker.workspace.TaskWorkspaces;

/** Decides whether a task can go on in the session and the workspace of another. */
@ApplicationScoped
class FollowUps {

    private final Tenants tenants;
    private final WorkspaceLocator locator;
    private final TaskWorkspaces workspaces;
    private final Sessions sessions;
    private final OwnSessions ownSessions;

    FollowUps(
            Tenants tenants,
            WorkspaceLocator locator,
            TaskWorkspaces workspaces,
            Sessions sessions,
            OwnSessions ownSessions) {
        this.tenants = tenants;
        this.locator = locator;
        this.workspaces = workspaces;
        this.sessions = sessions;
        this.ownSessions = ownSessions;
    }

    /** What was asked for, as a follow-up of an earlier task; throws the {@link TaskProblem} that says why it can't be one. */
    TaskSpec following(Task earlier, TaskSpec asked) {
        UUID session = session(earlier);
        if (!ownSessions.mayGoOn(earlier.tenant(), session)) {
            throw unwritten();
        }
        return asked.following(earlier, session, home(earlier, session));
    }

    private static UUID session(Task earlier) {
        if (!earlier.status().isFinal()) {
            throw new TaskProblem(
                    Code.NOT_FINAL, "the task is still pending or running: wait for its end, or cancel it");
        }
        boolean ranTheCli = ExecutorType.ranAProgram(earlier.executorType());
        return earlier.result()
                .flatMap(TaskResult::sessionId)
                .or(earlier::sessionId)
                .filter(_ -> ranTheCli)
                .map(UUID::fromString)
                .orElseThrow(
                        () -> new TaskProblem(Code.NOT_CONTINUABLE, "the task has no session: it did not run the CLI"));
    }

    /** The home that has session and workspace, as far as that can be known from here. */
    private String home(Task earlier, UUID session) {
        String home = earlier.home()
                .orElseThrow(() ->
                        new TaskProblem(Code.NOT_CONTINUABLE, "it is not known which worker has the task's session"));
        if (workspaces.home().equals(Optional.of(home))) {
            requireHere(earlier, session);
        } else if (locator.alive(home).isEmpty()) {
            throw locator.elsewhere(home);
        }
        requireAlone(earlier);
        return home;
    }

    private void requireHere(Task earlier, UUID session) {
        switch (workspaces.find(earlier)) {
            case TaskWorkspaces.Found.Gone _ ->
                throw new TaskProblem(
                        Code.WORKSPACE_GONE, "the workspace was removed after worker.retention.workspaces, or by hand");
            case TaskWorkspaces.Found.Unknown(String why) -> throw WorkspaceLocator.unreadable(why);
            case TaskWorkspaces.Found.Here _,
                    TaskWorkspaces.Found.Empty _,
                    TaskWorkspaces.Found.Elsewhere _,
                    TaskWorkspaces.Found.None _ -> {}
        }
        if (!sessions.reaches(session)) {
            throw unwritten();
        }
    }

    private static TaskProblem unwritten() {
        return new TaskProblem(
                Code.NOT_CONTINUABLE, "the task has no session: the CLI ended before it had written one");
    }

    /** Two runs in one session would overwrite each other. */
    private void requireAlone(Task earlier) {
        tenants.tasks(earlier.tenant()).openFollowUp(earlier.workspace()).ifPresent(task -> {
            throw new TaskProblem(
                    Code.NOT_FINAL,
                    "task %s is going on with this session: wait for its end and continue that one".formatted(task));
        });
    }
}
