package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.claudecluster.worker.task.CancelAnswer;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.DeleteAnswer;
import org.claudecluster.worker.task.Enqueued;
import org.claudecluster.worker.task.Finish;
import org.claudecluster.worker.task.InterruptAnswer;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.NewTask;
import org.claudecluster.worker.task.Park;
import org.claudecluster.worker.task.QueueDepth;
import org.claudecluster.worker.task.SeenWorker;
import org.claudecluster.worker.task.StopRequest;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskFilter;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskStore;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.WorkerRegistry;
import org.claudecluster.worker.task.WorkerState;

/** The task table over JDBC: writes share commits, reads go straight to a pooled connection. */
public final class JdbcTaskStore implements TaskStore, WorkerRegistry, AutoCloseable {

    private final DataSource dataSource;
    private final GroupCommit writes;
    /** A thread and a connection of its own: a renewal that waited behind slow writes could come too late. */
    private final GroupCommit renewals;

    private final Runnable afterFailure;

    /** The schema must be there; the data source stays the caller's to close. */
    public JdbcTaskStore(DataSource dataSource) {
        this(dataSource, () -> {});
    }

    /**
     * The same, for a pool that may hold connections which are dead without knowing it.
     *
     * @param afterFailure called when the store did not answer, to drop them: H2 closes its file under everybody when
     *     the disk is full, and opens it again only when the last old connection is gone
     */
    public JdbcTaskStore(DataSource dataSource, Runnable afterFailure) {
        this.afterFailure = afterFailure;
        this.dataSource = dataSource;
        this.writes = new GroupCommit(dataSource);
        this.renewals = new GroupCommit(dataSource);
    }

    @Override
    public Enqueued enqueue(NewTask task) {
        return write(connection -> TaskWrites.enqueue(connection, task));
    }

    @Override
    public List<Task> claim(Claimant claimant, int slots) {
        // Looked at without a transaction, since mostly there is nothing: one statement for an idle worker's poll.
        List<Task> mostUrgent = read(connection -> Leases.claimable(connection, claimant, slots));
        return mostUrgent.isEmpty()
                ? List.of()
                : write(connection -> Leases.claim(connection, claimant, slots, mostUrgent));
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
    public CancelAnswer cancel(TaskId task) {
        return write(connection -> TaskWrites.cancel(connection, task));
    }

    @Override
    public InterruptAnswer interrupt(TaskId task) {
        return write(connection -> TaskWrites.interrupt(connection, task));
    }

    @Override
    public List<StopRequest> stopRequests(WorkerId holder) {
        return read(connection -> TaskReads.stopRequests(connection, holder));
    }

    @Override
    public List<Task> reap(WorkerId self, boolean othersAreDead) {
        return write(connection -> Leases.reap(connection, self, othersAreDead));
    }

    @Override
    public Optional<Task> find(TaskId task) {
        return read(connection -> TaskReads.find(connection, task));
    }

    @Override
    public List<Task> list(TaskFilter filter) {
        return read(connection -> TaskReads.list(connection, filter));
    }

    @Override
    public DeleteAnswer delete(TaskId task) {
        return write(connection -> TaskWrites.delete(connection, task));
    }

    @Override
    public QueueDepth depth() {
        return read(TaskReads::depth);
    }

    @Override
    public boolean giveBack(Lease lease) {
        return write(connection -> Leases.giveBack(connection, lease));
    }

    @Override
    public boolean park(Lease lease, Park park) {
        return write(connection -> Leases.park(connection, lease, park));
    }

    @Override
    public List<TaskId> expireTranscripts(Duration age, int limit) {
        return write(connection -> Retention.expireTranscripts(connection, age, limit));
    }

    @Override
    public List<TaskId> purge(Duration age, int limit) {
        return write(connection -> Retention.purge(connection, age, limit));
    }

    @Override
    public void announce(WorkerState worker) {
        write(connection -> WorkerRows.announce(connection, worker));
    }

    @Override
    public List<SeenWorker> workers(Duration lease) {
        return read(connection -> WorkerRows.workers(connection, lease));
    }

    @Override
    public void leave(WorkerId worker) {
        write(connection -> WorkerRows.leave(connection, worker));
    }

    private <T> T write(GroupCommit.Work<T> work) {
        return write(writes, work);
    }

    private <T> T write(GroupCommit writer, GroupCommit.Work<T> work) {
        try {
            return writer.write(work);
        } catch (StoreUnavailable e) {
            afterFailure.run();
            throw e;
        }
    }

    private <T> T read(GroupCommit.Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            return work.on(connection);
        } catch (SQLException e) {
            afterFailure.run();
            throw new StoreUnavailable("the store did not answer", e);
        }
    }

    @Override
    public void close() {
        renewals.close();
        writes.close();
    }
}
