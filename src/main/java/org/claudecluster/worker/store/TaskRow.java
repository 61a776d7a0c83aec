package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.database.Sql.count;
import static org.claudecluster.worker.store.database.Sql.number;
import static org.claudecluster.worker.store.database.Sql.text;
import static org.claudecluster.worker.store.database.Sql.time;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Parked;
import org.claudecluster.worker.task.Parks;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Footprint;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.result.TextLimits;
import org.claudecluster.worker.task.store.TaskPage;

/** A row of {@code task} and the {@link Task} it stands for. */
final class TaskRow {

    private TaskRow() {}

    /** As far as it can be read: one bad row must not take a list with it. */
    static Task task(ResultSet row) throws SQLException {
        return task(row, Salvage.of(() -> spec(row), () -> Salvage.spec(row)), readable(row));
    }

    /** The same of a row that has more of its prompt than a list shows. */
    static Task withStartOfPrompt(ResultSet row) throws SQLException {
        String start = TextLimits.start(row.getString("prompt"), TaskPage.START);
        // A task has a prompt; that of this one begins with so many spaces that nothing of it can be shown.
        String shown = start.isBlank() ? "…" : start;
        return task(row, Salvage.of(() -> spec(row, shown), () -> Salvage.spec(row)), readable(row));
    }

    private static Task task(ResultSet row, TaskSpec spec, Submitter submitter) throws SQLException {
        TaskStatus status = status(row);
        return new Task(
                id(row),
                submitter,
                spec,
                status,
                time(row, "created_at").orElseThrow(),
                time(row, "started_at"),
                time(row, "finished_at"),
                row.getInt("attempt"),
                row.getLong("epoch"),
                Salvage.optional(() -> text(row, "worker").map(WorkerId::new)),
                text(row, "executor_type"),
                text(row, "session_id"),
                row.getBoolean("resumed"),
                text(row, "home"),
                time(row, "cancel_requested_at").isPresent(),
                Salvage.optional(() -> parked(row)),
                Salvage.of(() -> parks(row), () -> Parks.NONE),
                row.getBoolean("transcript_gone"),
                count(row, "complete_id"),
                Salvage.of(() -> progress(row), () -> Progress.NONE),
                Salvage.optional(() -> footprint(row)),
                Salvage.optional(() -> text(row, "result").map(TaskJson::result)),
                outcome(row, status));
    }

    /**
     * What a row of the claimable will be once it is claimed, so that a claim needs no second look at it. Throws a
     * RuntimeException when the row does not say what is to be run, see {@link Unreadable}.
     */
    static Task claimedBy(Claimant claimant, ResultSet row) throws SQLException {
        return task(row, spec(row), submitter(row))
                .claimed(claimant, time(row, "claimed_at").orElseThrow());
    }

    /** One whose tenant can't be read is in no tenant's list; the worker that looks at it runs nothing by this. */
    private static Submitter readable(ResultSet row) throws SQLException {
        Tenant tenant = Salvage.of(() -> tenant(row), () -> Tenant.DEFAULT);
        return Salvage.of(
                () -> new Submitter(tenant, text(row, "submitted_by")), () -> new Submitter(tenant, Optional.empty()));
    }

    private static Tenant tenant(ResultSet row) throws SQLException {
        return new Tenant(row.getString("tenant"));
    }

    private static Submitter submitter(ResultSet row) throws SQLException {
        return new Submitter(tenant(row), text(row, "submitted_by"));
    }

    static TaskStatus status(ResultSet row) throws SQLException {
        return TaskStatus.ofWire(row.getString("status")).orElse(TaskStatus.FAILED);
    }

    static TaskId id(ResultSet row) throws SQLException {
        return new TaskId(row.getObject("id", UUID.class));
    }

    private static TaskSpec spec(ResultSet row) throws SQLException {
        return spec(row, row.getString("prompt"));
    }

    private static TaskSpec spec(ResultSet row, String prompt) throws SQLException {
        TaskJson.Rest rest = TaskJson.rest(row.getString("spec"));
        return new TaskSpec(
                prompt,
                text(row, "wanted_worker"),
                row.getBoolean("require_worker"),
                row.getInt("priority"),
                rest.metadata(),
                rest.labels(),
                Duration.ofMillis(row.getLong("timeout_ms")),
                row.getInt("max_attempts"),
                time(row, "not_before"),
                rest.workingDirectory(),
                rest.claude(),
                rest.git(),
                rest.continues(),
                rest.retryOrDefault());
    }

    private static Parks parks(ResultSet row) throws SQLException {
        return new Parks(row.getInt("parks"), time(row, "parked_since"));
    }

    private static Progress progress(ResultSet row) throws SQLException {
        return new Progress(row.getLong("output_bytes"), time(row, "last_output_at"), row.getInt("turns"));
    }

    private static Optional<Parked> parked(ResultSet row) throws SQLException {
        String message = text(row, "park_message").orElse("");
        return reason(row, "park_reason").map(reason -> new Parked(reason, message));
    }

    private static Optional<Outcome> outcome(ResultSet row, TaskStatus status) throws SQLException {
        Optional<Reason> reason = reason(row, "reason");
        Ending ending = Salvage.of(() -> ending(row), Ending.NotStarted::new);
        return switch (status) {
            case PENDING, RUNNING -> Optional.empty();
            case COMPLETED -> Optional.of(new Outcome.Completed(ending, reason, text(row, "message")));
            case FAILED ->
                Optional.of(new Outcome.Failed(
                        reason.orElse(Reason.EXIT_NONZERO), text(row, "message").orElse(""), ending));
            case CANCELLED ->
                Optional.of(new Outcome.Cancelled(
                        ending, reason.filter(Reason.INTERRUPTED::equals).orElse(Reason.CANCELLED)));
        };
    }

    /**
     * A newer version may have written an exact one that is not known here; the other then is the nearest that is. The
     * version before writes the other alone: an exact one that does not go with it is of an earlier attempt.
     */
    private static Optional<Reason> reason(ResultSet row, String column) throws SQLException {
        Optional<Reason> known = text(row, column).flatMap(Reason::find);
        return text(row, "exact_reason")
                .flatMap(Reason::find)
                .filter(exact -> known.equals(Optional.of(exact.olderName())))
                .or(() -> known);
    }

    static Optional<Footprint> footprint(ResultSet row) throws SQLException {
        long memory = row.getLong("peak_memory");
        return row.wasNull()
                ? Optional.empty()
                : Optional.of(
                        new Footprint(memory, Duration.ofMillis(row.getLong("cpu_ms")), row.getInt("peak_processes")));
    }

    static Ending ending(ResultSet row) throws SQLException {
        Optional<Integer> code = number(row, "exit_code");
        if (code.isPresent()) {
            return new Ending.Exited(code.get());
        }
        return number(row, "exit_signal").<Ending>map(Ending.Signalled::new).orElseGet(Ending.NotStarted::new);
    }
}
