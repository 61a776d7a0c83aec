package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.claudecluster.worker.store.JdbcTaskStore;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.TaskStore;
import org.claudecluster.worker.task.store.TenantTasks;
import org.claudecluster.worker.task.store.WorkerRegistry;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;

/** The real store on a file of the test's own. */
public final class EmbeddedStore implements AutoCloseable {

    private static final Finish DONE =
            new Finish(new Outcome.Completed(new Ending.Exited(0), Optional.empty()), Optional.empty(), Progress.NONE);

    public final JdbcTaskStore tasks;
    /** As the callers have them that nobody tells apart. */
    public final TenantTasks own;

    private final JdbcConnectionPool connections;

    public EmbeddedStore(Path directory) {
        connections = JdbcConnectionPool.create("jdbc:h2:file:" + directory.resolve("tasks"), "sa", "");
        Flyway.configure()
                .dataSource(connections)
                .locations("classpath:db/migration", "classpath:db/h2")
                .load()
                .migrate();
        tasks = new JdbcTaskStore(connections);
        own = tasks.tasks(Tenant.DEFAULT);
    }

    /** What a test does around the calls of a store. */
    interface Around {
        Object call(String method, Callable<Object> real) throws Exception;
    }

    /** The real store, which is the registry too, with something around it. */
    TaskStore with(Around around) {
        return (TaskStore) Proxy.newProxyInstance(
                TaskStore.class.getClassLoader(),
                new Class<?>[] {TaskStore.class, WorkerRegistry.class},
                (_, method, arguments) -> around.call(method.getName(), () -> {
                    try {
                        return method.invoke(tasks, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() instanceof RuntimeException real ? real : e;
                    }
                }));
    }

    public static Claimant claimant(String worker) {
        Duration lease = Duration.ofSeconds(60);
        return new Claimant(
                new WorkerId(worker), Set.of(worker), "stub", Optional.empty(), Sessions.NONE, lease, lease);
    }

    public TaskId enqueue(int priority, int maxAttempts) {
        return enqueue(ASpec.asking("priority " + priority)
                .priority(priority)
                .maxAttempts(maxAttempts)
                .build());
    }

    public TaskId enqueue(TaskSpec spec) {
        NewTask task = new NewTask(TaskId.create(Instant.EPOCH), Submitter.UNKNOWN, spec, Optional.empty());
        return ((Enqueued.Created) tasks.enqueue(task)).task().id();
    }

    public TaskId enqueue() {
        return enqueue(5, 1);
    }

    /** As if the time of a task that waits had come. */
    void due(TaskId task) {
        update(
                "UPDATE task SET not_before = CURRENT_TIMESTAMP, open_at = CURRENT_TIMESTAMP, turn_at = CURRENT_TIMESTAMP WHERE id = '"
                        + task + "'");
    }

    public Task find(TaskId task) {
        return own.find(task).orElseThrow();
    }

    /** Ends a task well, some days ago. */
    public void complete(Lease lease, Duration ago) {
        assertThat(tasks.finish(lease, DONE)).isTrue();
        update("UPDATE task SET finished_at = finished_at - INTERVAL '1' DAY * " + ago.toDays() + " WHERE id = '"
                + lease.task() + "'");
    }

    public int update(String sql) {
        try (Connection connection = connections.getConnection();
                Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        tasks.close();
        connections.dispose();
    }
}
