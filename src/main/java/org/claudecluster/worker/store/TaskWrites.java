package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.database.Sql.time;
import static org.claudecluster.worker.store.database.Sql.update;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Footprint;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.store.AttemptEnd;
import org.claudecluster.worker.task.store.Finish;
import org.jspecify.annotations.Nullable;

/** How a task ends by its owner. INVARIANT: the WHERE names what must be true; the row count is the answer. */
final class TaskWrites {

    private TaskWrites() {}

    /** The reason goes by the name that the version before knows, and by its own where that is another. */
    private static final String FINISH = """
            UPDATE task
               SET status = ?, finished_at = CURRENT_TIMESTAMP, lease_until = NULL, complete_id = ?,
                   output_bytes = ?, last_output_at = ?, turns = ?,
                   exit_code = ?, exit_signal = ?, reason = ?, exact_reason = ?, message = ?, result = ?,
                   peak_memory = ?, cpu_ms = ?, peak_processes = ?
            """ + Leases.HELD;

    static boolean finish(Connection connection, Lease lease, Finish finish) throws SQLException {
        Optional<Reason> reason = finish.outcome().reason();
        Optional<Footprint> used = finish.account().footprint();
        int rows = update(
                connection,
                FINISH,
                finish.outcome().status().wire(),
                finish.completeId().orElse(null),
                finish.progress().outputBytes(),
                time(finish.progress().lastOutputAt()),
                finish.progress().turns(),
                exitCode(finish.outcome().ending()),
                signal(finish.outcome().ending()),
                reason.map(Reason::olderName).map(Reason::wire).orElse(null),
                reason.filter(exact -> exact != exact.olderName())
                        .map(Reason::wire)
                        .orElse(null),
                finish.outcome().message().orElse(null),
                finish.result().map(TaskJson::fitting).orElse(null),
                used.map(Footprint::peakMemoryBytes).orElse(null),
                used.map(seen -> seen.cpu().toMillis()).orElse(null),
                used.map(Footprint::peakProcesses).orElse(null),
                lease.task().value(),
                lease.epoch(),
                lease.holder().value());
        if (rows == 1) {
            long completeId = finish.completeId().orElse(EventIds.last(lease.epoch()));
            Attempts.end(connection, lease, AttemptEnd.of(finish), Optional.of(completeId));
        }
        return rows == 1;
    }

    static @Nullable Integer exitCode(Ending ending) {
        return switch (ending) {
            case Ending.Exited(int code) -> code;
            case Ending.Signalled _, Ending.NotStarted _ -> null;
        };
    }

    static @Nullable Integer signal(Ending ending) {
        return switch (ending) {
            case Ending.Signalled(int signal) -> signal;
            case Ending.Exited _, Ending.NotStarted _ -> null;
        };
    }
}
