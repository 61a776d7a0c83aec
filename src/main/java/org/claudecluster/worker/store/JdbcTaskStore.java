package org.claudecluster.worker.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.claudecluster.worker.store.database.Commits;
import org.claudecluster.worker.store.database.Connections;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.store.database.GroupCommit;
import org.claudecluster.worker.store.database.OwnCommits;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.SpentBefore;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.CredentialPause;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.Park;
import org.claudecluster.worker.task.store.QueueDepth;
import org.claudecluster.worker.task.store.RegisteredWorker;
import org.claudecluster.worker.task.store.Requeue;
import org.claudecluster.worker.task.store.StopRequest;
import org.claudecluster.worker.task.store.StoreException;
import org.claudecluster.worker.task.store.TaskStore;
import org.claudecluster.worker.task.store.TenantTasks;
import org.claudecluster.worker.task.store.Tenants;
import org.claudecluster.worker.task.store.WorkerRegistry;
import org.claudecluster.worker.task.store.WorkerState;

/**
 * The task table over JDBC. Reads go straight to a pooled connection. An embedded database has its writes share commits;
 * a shared one does that itself, and takes several at once.
 */
public final class JdbcTaskStore implements TaskStore, Tenants, WorkerRegistry, AutoCloseable {

    private final Connections connections;
    private final Commits writes;
    /** What forgets, apart from the rest: a purge of many rows must not stand in a submit's way. */
    private final Commits removals;
    /** A thread and a connection of its own: a renewal that waited behind writes or reads could come too late. */
    private final Commits renewals;

    /** For how many seconds of waiting one priority more counts. */
    private final int worth;

    /** The schema must be there; the data source stays the caller's to close. Renewals share it. */
    public JdbcTaskStore(DataSource dataSource) {
        this(new Database(dataSource, dataSource, false, () -> {}), Duration.ZERO);
    }

    /**
     * The same, with renewals apart.
     *
     * @param database its pools stay the caller's to close
     * @param ageing how long a task waits to count as one priority more urgent; zero: priority alone decides
     */
    public JdbcTaskStore(Database database, Duration ageing) {
        this(
                new Connections(database.connections(), database.afterFailure()),
                database.isShared() ? new OwnCommits(database.connections()) : new GroupCommit(database.connections()),
                new GroupCommit(database.connections()),
                new GroupCommit(database.renewals()),
                ageing);
    }

    public JdbcTaskStore(Connections connections, Commits writes, Commits removals, Commits renewals, Duration ageing) {
        this.connections = connections;
        this.writes = writes;
        this.removals = removals;
        this.renewals = renewals;
        this.worth = Turns.worth(ageing);
    }

    @Override
    public TenantTasks tasks(Tenant tenant) {
        return new JdbcTenantTasks(this, tenant);
    }

    @Override
    public Enqueued enqueue(NewTask task) {
        TaskJson.requireFits(task.spec());
        return write(connection -> Enqueues.enqueue(connection, task, worth));
    }

    @Override
    public Enqueued enqueue(NewTask task, Claimant claimant) {
        TaskJson.requireFits(task.spec());
        return write(connection -> Enqueues.enqueue(connection, task, claimant, worth));
    }

    @Override
    public List<Task> claim(Claimant claimant, int slots) {
        List<Task> mostUrgent = ClaimSearch.of(this, claimant, slots);
        return mostUrgent.isEmpty() ? List.of() : ClaimSearch.claimed(this, claimant, slots, mostUrgent);
    }

    @Override
    public Set<Lease> renew(Duration duration, Collection<Lease> leases) {
        return write(renewals, connection -> Leases.renew(connection, duration, leases));
    }

    @Override
    public boolean finish(Lease lease, Finish finish) {
        return write(connection -> TaskWrites.finish(connection, lease, finish));
    }

    @Override
    public List<StopRequest> stopRequests(WorkerId holder) {
        return read(connection -> TaskReads.stopRequests(connection, holder));
    }

    @Override
    public List<Task> reap(WorkerId self, boolean othersAreDead) {
        return write(connection -> Abandoned.reap(connection, self, othersAreDead));
    }

    @Override
    public Optional<Task> findOfAnyTenant(TaskId task) {
        return read(connection -> TaskReads.findOfAnyTenant(connection, task));
    }

    @Override
    public Optional<TaskId> openFollowUpOfAnyTenant(TaskId workspace) {
        return read(connection -> Needs.openFollowUpOfAnyTenant(connection, workspace));
    }

    @Override
    public boolean namesSession(UUID session) {
        return read(connection -> Needs.namesSession(connection, session));
    }

    @Override
    public Set<TaskId> missing(Collection<TaskId> tasks) {
        return read(connection -> TaskReads.missing(connection, tasks));
    }

    @Override
    public QueueDepth depth() {
        return read(TaskReads::depth);
    }

    @Override
    public Optional<TaskStatus> giveBack(Lease lease, Account account) {
        return write(connection -> Leases.giveBack(connection, lease, account));
    }

    @Override
    public Optional<TaskStatus> park(Lease lease, Park park, Account account) {
        return write(connection -> Returns.park(connection, lease, park, account, worth));
    }

    @Override
    public List<Lease> held(WorkerId holder) {
        return read(connection -> Leases.heldBy(connection, holder));
    }

    @Override
    public SpentBefore spentBefore(Task claimed) {
        return read(connection -> Attempts.before(connection, claimed));
    }

    @Override
    public Optional<TaskStatus> requeue(Lease lease, Requeue requeue, Account account) {
        return write(connection -> Returns.requeue(connection, lease, requeue, account, worth));
    }

    @Override
    public void pause(String credential, Reason why, Instant until) {
        write(connection -> Pauses.pause(connection, credential, why, until));
    }

    @Override
    public void pause(String credential, Reason why, Duration time) {
        write(connection -> Pauses.pause(connection, credential, why, time));
    }

    @Override
    public Optional<CredentialPause> paused(String credential) {
        return read(connection -> Pauses.paused(connection, credential));
    }

    @Override
    public boolean tryAgain(String credential, Duration next) {
        return write(connection -> Pauses.tryAgain(connection, credential, next));
    }

    @Override
    public void resume(String credential) {
        write(connection -> Pauses.resume(connection, credential));
    }

    @Override
    public List<TaskId> expireTranscripts(Duration age, int limit) {
        return write(removals, connection -> Retention.expireTranscripts(connection, age, limit));
    }

    @Override
    public List<TaskId> purge(Duration age, int limit) {
        return write(removals, connection -> Retention.purge(connection, age, limit));
    }

    @Override
    public void announce(WorkerState worker) {
        write(connection -> WorkerRows.announce(connection, worker));
    }

    @Override
    public List<RegisteredWorker> workers(Duration lease) {
        return read(connection -> WorkerRows.workers(connection, lease));
    }

    @Override
    public void leave(WorkerId worker) {
        write(connection -> WorkerRows.leave(connection, worker));
    }

    <T> T write(Commits.Work<T> work) {
        return write(writes, work);
    }

    <T> T remove(Commits.Work<T> work) {
        return write(removals, work);
    }

    private <T> T write(Commits writer, Commits.Work<T> work) {
        try {
            return writer.write(work);
        } catch (StoreException e) {
            throw connections.seen(e);
        }
    }

    <T> T read(Commits.Work<T> work) {
        return connections.with(work);
    }

    @Override
    public void requireWritable() {
        connections.requireWritable();
    }

    @Override
    public void close() {
        renewals.close();
        writes.close();
        removals.close();
    }
}
