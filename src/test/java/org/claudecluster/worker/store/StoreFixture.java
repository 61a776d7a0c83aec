package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.store.database.Sql;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.TenantTasks;
import org.claudecluster.worker.task.store.WorkerState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An empty store before each test, and the words in which the contracts speak of it. */
public abstract class StoreFixture {

    static final Claimant ME = claimant("me-1", "me");
    static final Claimant OTHER = claimant("other-1", "other");
    public static final Finish DONE =
            new Finish(new Outcome.Completed(new Ending.Exited(0), Optional.empty()), Optional.empty(), Progress.NONE);

    protected JdbcTaskStore store;

    /** As the callers have them that nobody tells apart. */
    TenantTasks tasks;

    /** A data source with the schema in it. */
    abstract DataSource dataSource();

    @BeforeEach
    void openEmpty() {
        sql("DELETE FROM task");
        sql("DELETE FROM attempt");
        sql("DELETE FROM worker");
        sql("DELETE FROM credential_pause");
        store = open(Duration.ZERO);
        tasks = store.tasks(Tenant.DEFAULT);
    }

    /** A store on the same rows, which commits as the service does on such a database. */
    JdbcTaskStore open(Duration ageing) {
        return new JdbcTaskStore(new Database(dataSource(), dataSource(), isShared(), () -> {}), ageing);
    }

    boolean isShared() {
        try (Connection connection = dataSource().getConnection()) {
            return !connection.getMetaData().getDatabaseProductName().equals("H2");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    static Claimant claimant(String id, String name) {
        return new Claimant(
                new WorkerId(id),
                new HashSet<>(List.of(id, name)),
                "pty",
                Optional.empty(),
                Sessions.NONE,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30));
    }

    /** As the worker of that claimant does it. */
    void announce(Claimant worker, boolean draining) {
        store.announce(new WorkerState(worker.id(), worker.id().value(), worker.names(), "1", 5, 0, draining));
    }

    static NewTask newTask(ASpec spec) {
        return new NewTask(TaskId.create(Instant.now()), Submitter.UNKNOWN, spec.build(), Optional.empty());
    }

    static NewTask newTask(ASpec spec, String key, String fingerprint) {
        return new NewTask(
                TaskId.create(Instant.now()),
                Submitter.UNKNOWN,
                spec.build(),
                Optional.of(new NewTask.Idempotency(key, fingerprint)));
    }

    TaskId enqueue(ASpec spec) {
        return created(store.enqueue(newTask(spec))).id();
    }

    TaskId enqueue(String prompt) {
        return enqueue(ASpec.asking(prompt));
    }

    static Task created(Enqueued answer) {
        assertThat(answer).isInstanceOf(Enqueued.Created.class);
        return ((Enqueued.Created) answer).task();
    }

    List<String> claimPrompts(Claimant claimant, int slots) {
        return store.claim(claimant, slots).stream()
                .map(task -> task.spec().prompt())
                .toList();
    }

    /** The one task that the claimant gets. */
    Task claimOne(Claimant claimant) {
        List<Task> claimed = store.claim(claimant, 1);
        assertThat(claimed).hasSize(1);
        return claimed.getFirst();
    }

    Task claimed(ASpec spec) {
        TaskId id = enqueue(spec);
        Task task = claimOne(ME);
        assertThat(task.id()).isEqualTo(id);
        return task;
    }

    Task claimed(String prompt) {
        return claimed(ASpec.asking(prompt));
    }

    Task finished(String prompt) {
        Task task = claimed(prompt);
        assertThat(store.finish(task.lease(), DONE)).isTrue();
        return found(task.id());
    }

    Task found(TaskId id) {
        return tasks.find(id).orElseThrow();
    }

    TaskStatus status(TaskId id) {
        return found(id).status();
    }

    /** As if the task had been enqueued that much earlier. */
    void waitedFor(TaskId id, int seconds) {
        sql("UPDATE task SET created_at = created_at - INTERVAL '1' SECOND * CAST(? AS int) WHERE id = ?", seconds, id);
        sql("""
                UPDATE task SET turn_at = turn_at - (open_at - GREATEST(created_at, COALESCE(not_before, created_at))),
                                open_at = GREATEST(created_at, COALESCE(not_before, created_at))
                 WHERE id = ?
                """, id);
    }

    /** As if nobody had renewed the lease in time. */
    void leaseRanOut(TaskId id) {
        sql("UPDATE task SET lease_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND WHERE id = ?", id);
    }

    /** As if another worker had claimed the task after it was taken from its holder. */
    void stolen(TaskId id) {
        sql("UPDATE task SET epoch = epoch + 1 WHERE id = ?", id);
    }

    /** The caller's to give back. */
    Connection connection() {
        try {
            return dataSource().getConnection();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    static void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    int sql(String sql, Object... parameters) {
        try (Connection connection = dataSource().getConnection()) {
            return Sql.update(connection, sql, unwrapped(parameters));
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    private static Object[] unwrapped(Object... parameters) {
        Object[] values = parameters.clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] instanceof TaskId id ? id.value() : values[i];
        }
        return values;
    }
}
