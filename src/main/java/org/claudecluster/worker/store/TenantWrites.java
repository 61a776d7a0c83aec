package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.database.Sql.update;

import java.sql.Connection;
import java.sql.SQLException;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.store.CancelAnswer;
import org.claudecluster.worker.task.store.DeleteAnswer;
import org.claudecluster.worker.task.store.InterruptAnswer;

/**
 * Statements that change a task on behalf of a tenant. INVARIANT: the WHERE names the tenant with all else that must be
 * true; the row count is the answer.
 */
final class TenantWrites {

    private TenantWrites() {}

    static final String CANCEL_PENDING = """
            UPDATE task SET status = 'cancelled', reason = 'cancelled', exact_reason = NULL,
                            finished_at = CURRENT_TIMESTAMP, cancel_requested_at = CURRENT_TIMESTAMP
            """ + TenantReads.OWN + " AND status = 'pending'";

    static final String CANCEL_RUNNING =
            "UPDATE task SET cancel_requested_at = COALESCE(cancel_requested_at, CURRENT_TIMESTAMP)" + TenantReads.OWN
                    + " AND status = 'running'";

    static CancelAnswer cancel(Connection connection, Tenant tenant, TaskId task) throws SQLException {
        if (update(connection, CANCEL_PENDING, task.value(), tenant.name()) == 1) {
            return CancelAnswer.CANCELLED;
        }
        if (update(connection, CANCEL_RUNNING, task.value(), tenant.name()) == 1) {
            return CancelAnswer.REQUESTED;
        }
        return TenantReads.exists(connection, tenant, task) ? CancelAnswer.ALREADY_FINAL : CancelAnswer.UNKNOWN;
    }

    static final String INTERRUPT =
            "UPDATE task SET interrupt_requested_at = COALESCE(interrupt_requested_at, CURRENT_TIMESTAMP)"
                    + TenantReads.OWN + " AND status = 'running'";

    static InterruptAnswer interrupt(Connection connection, Tenant tenant, TaskId task) throws SQLException {
        if (update(connection, INTERRUPT, task.value(), tenant.name()) == 1) {
            return InterruptAnswer.REQUESTED;
        }
        return TenantReads.find(connection, tenant, task)
                .map(TenantWrites::notInterrupted)
                .orElse(InterruptAnswer.UNKNOWN);
    }

    private static InterruptAnswer notInterrupted(Task found) {
        return found.status().isFinal() ? InterruptAnswer.ALREADY_FINAL : InterruptAnswer.PENDING;
    }

    static final String DELETE =
            "DELETE FROM task" + TenantReads.OWN + " AND status IN ('completed', 'failed', 'cancelled')";

    static DeleteAnswer delete(Connection connection, Tenant tenant, TaskId task) throws SQLException {
        if (update(connection, DELETE, task.value(), tenant.name()) == 1) {
            Attempts.delete(connection, task);
            return DeleteAnswer.DELETED;
        }
        return TenantReads.exists(connection, tenant, task) ? DeleteAnswer.NOT_FINAL : DeleteAnswer.UNKNOWN;
    }
}
