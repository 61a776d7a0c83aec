package org.claudecluster.worker.store;

import static org.claudecluster.worker.store.database.Sql.time;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.NewTask;
import org.jspecify.annotations.Nullable;

/** How a task comes into the table: to wait, or in the hands of the worker that enqueues it. */
final class Enqueues {

    private Enqueues() {}

    static Enqueued enqueue(Connection connection, NewTask task, int worth) throws SQLException {
        Optional<Enqueued> before = earlier(connection, task);
        return before.isPresent() ? before.get() : waiting(connection, task, worth);
    }

    /** Claimed in one statement with the insert, which is half the work of a claim that follows it. */
    static Enqueued enqueue(Connection connection, NewTask task, Claimant claimant, int worth) throws SQLException {
        Optional<Enqueued> before = earlier(connection, task);
        if (before.isPresent()) {
            return before.get();
        }
        Optional<Instant> now = Turns.isNextAt(connection, claimant, task.spec());
        return now.isPresent()
                ? claimed(connection, task, claimant, now.get(), worth)
                : waiting(connection, task, worth);
    }

    static Optional<Task> submittedUnder(Connection connection, Tenant tenant, NewTask.Idempotency request)
            throws SQLException {
        return earlier(connection, tenant, request)
                .flatMap(before ->
                        before instanceof Enqueued.Repeated(Task task) ? Optional.of(task) : Optional.empty());
    }

    private static Optional<Enqueued> earlier(Connection connection, NewTask task) throws SQLException {
        return task.idempotency().isPresent()
                ? earlier(
                        connection,
                        task.submitter().tenant(),
                        task.idempotency().get())
                : Optional.empty();
    }

    static final String WITH_KEY = "SELECT * FROM task WHERE idempotency_key = ? AND tenant = ?";

    private static Optional<Enqueued> earlier(Connection connection, Tenant tenant, NewTask.Idempotency idempotency)
            throws SQLException {
        return Sql.first(
                connection,
                WITH_KEY,
                row -> idempotency.fingerprint().equals(row.getString("fingerprint"))
                        ? new Enqueued.Repeated(TaskRow.task(row))
                        : new Enqueued.KeyReused(TaskRow.id(row)),
                stored(tenant, idempotency),
                tenant.name());
    }

    /** As versions before know it where they know the tenant. No key has U+0001, so that none can be another's. */
    private static String stored(Tenant tenant, NewTask.Idempotency idempotency) {
        return tenant.equals(Tenant.DEFAULT) ? idempotency.key() : tenant.name() + '\u0001' + idempotency.key();
    }

    private static final String COLUMNS = """
            INSERT INTO task (id, tenant, submitted_by, priority, wanted_worker, require_worker, not_before, timeout_ms,
                              max_attempts, prompt, spec, idempotency_key, fingerprint, place, line, output_bytes, turns,
            """;

    private static final String OPEN_AT =
            "GREATEST(CURRENT_TIMESTAMP, COALESCE(CAST(? AS timestamp(3) with time zone), CURRENT_TIMESTAMP))";

    private static final String WAITING = COLUMNS + """
                              status, attempt, epoch, created_at, open_at, turn_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0,
                    'pending', 0, 0, CURRENT_TIMESTAMP, %s, %s)
            """.formatted(OPEN_AT, Turns.turn(OPEN_AT, "?"));

    private static Enqueued waiting(Connection connection, NewTask task, int worth) throws SQLException {
        TaskSpec spec = task.spec();
        List<@Nullable Object> values = values(task);
        values.add(time(spec.notBefore()));
        values.add(time(spec.notBefore()));
        values.add(spec.priority());
        values.add(worth);
        Instant createdAt = Sql.insert(connection, WAITING, "created_at", values.toArray());
        label(connection, task);
        Needs.write(connection, task.id(), spec);
        return new Enqueued.Created(Task.enqueued(task.id(), task.submitter(), spec, createdAt));
    }

    private static final String CLAIMED =
            COLUMNS + """
                              status, attempt, epoch, created_at, open_at, turn_at, started_at, worker, executor_type,
                              session_id, resumed, home, lease_until)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0,
                    'running', ?, ?, ?, ?, %s, ?, ?, ?, ?, ?, ?, %s)
            """.formatted(Turns.turn("CAST(? AS timestamp(3) with time zone)", "?"), Leases.UNTIL);

    private static Enqueued claimed(Connection connection, NewTask wanted, Claimant claimant, Instant now, int worth)
            throws SQLException {
        Task task = Task.enqueued(wanted.id(), wanted.submitter(), wanted.spec(), now)
                .claimed(claimant, now);
        List<@Nullable Object> values = values(wanted);
        values.add(task.attempt());
        values.add(task.epoch());
        values.add(time(now));
        values.add(time(now));
        values.add(time(now));
        values.add(wanted.spec().priority());
        values.add(worth);
        values.add(time(now));
        values.add(claimant.id().value());
        values.add(claimant.executorType());
        values.add(task.sessionId().orElse(null));
        values.add(task.resumed());
        values.add(task.home().orElse(null));
        values.add(Leases.seconds(claimant.lease()));
        int _ = Sql.update(connection, CLAIMED, values.toArray());
        label(connection, wanted);
        Needs.write(connection, wanted.id(), wanted.spec());
        Attempts.begin(connection, List.of(task));
        return new Enqueued.Claimed(task);
    }

    /** Of all columns that tell what was asked for. */
    private static List<@Nullable Object> values(NewTask task) {
        TaskSpec spec = task.spec();
        List<@Nullable Object> values = new ArrayList<>();
        values.add(task.id().value());
        values.add(task.submitter().tenant().name());
        values.add(task.submitter().name().orElse(null));
        values.add(spec.priority());
        values.add(spec.wantedWorker().orElse(null));
        values.add(spec.requireWorker());
        values.add(time(spec.notBefore()));
        values.add(spec.timeout().toMillis());
        values.add(spec.maxAttempts());
        values.add(spec.prompt());
        values.add(TaskJson.write(TaskJson.Rest.of(spec)));
        values.add(task.idempotency()
                .map(asked -> stored(task.submitter().tenant(), asked))
                .orElse(null));
        values.add(task.idempotency().map(NewTask.Idempotency::fingerprint).orElse(null));
        Place place = Place.of(spec);
        values.add(place.stored());
        values.add(place.line(spec.wantedWorker().orElse("")));
        return values;
    }

    private static void label(Connection connection, NewTask task) throws SQLException {
        List<@Nullable Object[]> labels = new ArrayList<>();
        task.spec()
                .labels()
                .forEach((name, content) ->
                        labels.add(new @Nullable Object[] {task.id().value(), name, content}));
        Sql.updateEach(connection, "INSERT INTO task_label (task_id, name, content) VALUES (?, ?, ?)", labels);
    }
}
