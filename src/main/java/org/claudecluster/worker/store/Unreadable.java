package org.claudecluster.worker.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.jspecify.annotations.Nullable;

/**
 * A task that waits and can't be run, since its row does not say what is to be done: written by a hand, or by a version
 * with other rules. It fails alone; a claim that threw for it would stop all that waits behind it.
 *
 * @param epoch as it was seen, since the row may be mended and claimed meanwhile
 */
record Unreadable(TaskId id, long epoch, String why) {

    /**
     * The findings of a look at the claimable.
     *
     * @param isAnyToMove whether more may be found when that has been moved to its {@link Place}
     */
    record Found(List<Task> tasks, List<Unreadable> unreadable, boolean isAnyToMove) {

        Found {
            tasks = List.copyOf(tasks);
            unreadable = List.copyOf(unreadable);
        }
    }

    /** What stands in the row, as it will be in the claimant's hands; empty, and added, when it can't be read. */
    static Optional<Task> claimed(Claimant claimant, ResultSet row, List<Unreadable> unreadable) throws SQLException {
        try {
            return Optional.of(TaskRow.claimedBy(claimant, row));
        } catch (RuntimeException e) {
            unreadable.add(new Unreadable(TaskRow.id(row), row.getLong("epoch"), reason(e)));
            return Optional.empty();
        }
    }

    /** One that could be read, and whose claim the store rejects; as the claimant had it in hand. */
    static Unreadable rejected(Task task, StoreRejectedException why) {
        return new Unreadable(
                task.id(), task.epoch() - 1, "this task can't be claimed, submit it again: " + why.getMessage());
    }

    private static String reason(RuntimeException e) {
        Throwable told = e;
        while (told.getCause() != null) {
            told = told.getCause();
        }
        return "what the store holds of this task can't be read, submit it again: " + told.getMessage();
    }

    private static final String FAIL = """
            UPDATE task SET status = 'failed', reason = ?, message = ?, finished_at = CURRENT_TIMESTAMP
             WHERE id = ? AND epoch = ? AND status = 'pending'
            """;

    /** Ends them; answers those that were still as they had been seen. */
    static List<TaskId> end(Connection connection, List<Unreadable> all) throws SQLException {
        List<TaskId> ended = new ArrayList<>();
        for (Unreadable task : all) {
            Outcome.Failed outcome = new Outcome.Failed(Reason.NEVER_STARTED, task.why(), new Ending.NotStarted());
            @Nullable
            Object[] parameters = {
                outcome.cause().wire(), outcome.why(), task.id().value(), task.epoch()
            };
            if (Sql.update(connection, FAIL, parameters) == 1) {
                ended.add(task.id());
            }
        }
        return ended;
    }
}
