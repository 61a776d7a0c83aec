package org.claudecluster.worker.task.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;

/**
 * The tasks of one tenant, for whoever asks on its behalf. INVARIANT: the tenant stands in the WHERE of every statement,
 * of the one that writes too, so that another tenant's task and none at all are the same to it. Methods block and fail as
 * those of {@link TaskStore} do.
 */
public interface TenantTasks {

    Optional<Task> find(TaskId task);

    /**
     * One page, newest first.
     *
     * @param whole what is wanted whole; of the rest the start is enough
     */
    TaskPage list(TaskFilter filter, Set<TaskPart> whole);

    /**
     * All claims of a task, the oldest first; those of a version before the ledger are missing. Each claim, each end of
     * one and what it cost is written together with what it does to the task.
     */
    List<Attempt> attempts(TaskId task);

    /** Cancels what is pending, and asks the owner of what is running to. */
    CancelAnswer cancel(TaskId task);

    /** Asks the owner of what is running for a soft end; a wish that is not met before the run ends goes with it. */
    InterruptAnswer interrupt(TaskId task);

    DeleteAnswer delete(TaskId task);

    /** Which of these tasks wait or run; the others have ended or are gone. One statement for each 500 of them. */
    Set<TaskId> open(Collection<TaskId> tasks);

    /** The task that came of this very request before. */
    Optional<Task> submittedUnder(NewTask.Idempotency request);

    /** A follow-up that waits or runs in the directory of this task. */
    Optional<TaskId> openFollowUp(TaskId workspace);

    /** Whose this session of the CLI is. */
    SessionUse use(UUID session);
}
