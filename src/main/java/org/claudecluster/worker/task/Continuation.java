package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

/**
 * The session and the workspace that a follow-up goes on with.
 *
 * @param task whose session it resumes
 * @param workspace whose directory it works in: the first task of the chain
 */
public record Continuation(TaskId task, TaskId workspace) {

    public Continuation {
        requireNonNull(task, "task");
        requireNonNull(workspace, "workspace");
    }
}
