package org.claudecluster.worker.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.store.Attempt;
import org.claudecluster.worker.task.store.CancelAnswer;
import org.claudecluster.worker.task.store.DeleteAnswer;
import org.claudecluster.worker.task.store.InterruptAnswer;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.SessionUse;
import org.claudecluster.worker.task.store.TaskFilter;
import org.claudecluster.worker.task.store.TaskPage;
import org.claudecluster.worker.task.store.TaskPart;
import org.claudecluster.worker.task.store.TenantTasks;

/** The rows of one tenant, by the connections and commits of the whole store. */
record JdbcTenantTasks(JdbcTaskStore store, Tenant tenant) implements TenantTasks {

    @Override
    public Optional<Task> find(TaskId task) {
        return store.read(connection -> TenantReads.find(connection, tenant, task));
    }

    @Override
    public TaskPage list(TaskFilter filter, Set<TaskPart> whole) {
        return store.read(connection -> TaskLists.page(connection, tenant, filter, whole));
    }

    @Override
    public List<Attempt> attempts(TaskId task) {
        return store.read(connection -> Attempts.of(connection, tenant, task));
    }

    @Override
    public CancelAnswer cancel(TaskId task) {
        return store.write(connection -> TenantWrites.cancel(connection, tenant, task));
    }

    @Override
    public InterruptAnswer interrupt(TaskId task) {
        return store.write(connection -> TenantWrites.interrupt(connection, tenant, task));
    }

    @Override
    public DeleteAnswer delete(TaskId task) {
        return store.remove(connection -> TenantWrites.delete(connection, tenant, task));
    }

    @Override
    public Set<TaskId> open(Collection<TaskId> tasks) {
        return store.read(connection -> TenantReads.open(connection, tenant, tasks));
    }

    @Override
    public Optional<Task> submittedUnder(NewTask.Idempotency request) {
        return store.read(connection -> Enqueues.submittedUnder(connection, tenant, request));
    }

    @Override
    public Optional<TaskId> openFollowUp(TaskId workspace) {
        return store.read(connection -> Needs.openFollowUp(connection, tenant, workspace));
    }

    @Override
    public SessionUse use(UUID session) {
        return store.read(connection -> TenantReads.use(connection, tenant, session));
    }
}
