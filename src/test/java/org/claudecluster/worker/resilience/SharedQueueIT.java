package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agroal.api.AgroalDataSource;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.claudecluster.worker.e2e.Api;
import org.claudecluster.worker.store.JdbcTaskStore;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.store.NewTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two workers that take from one queue. */
class SharedQueueIT {

    private static final int TASKS = 10_000;
    private static final int SLOTS = 20;
    /** What a rival may have in hand, with what it looks past. */
    private static final int OUT_OF_ORDER = 4 * SLOTS + 64;

    @TempDir
    Path home;

    @Test
    void ten_thousand_tasks_run_on_two_workers_none_twice_none_lost_in_the_order_of_their_priority() throws Exception {
        try (Cluster cluster = new Cluster(home)
                .with("MAX_CONCURRENT_PROCESSES", String.valueOf(SLOTS))
                .with("WORKER_LEASE_DURATION", "30s")
                .with("LOG_LEVEL", "warn")) {
            enqueueAll(cluster.database());
            Replica one = cluster.replica("one");
            Replica two = cluster.replica("two");
            one.launch();
            two.start();
            one.process().awaitReady();

            await().atMost(Duration.ofMinutes(4))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> cluster.table().count("SELECT count(*) FROM task WHERE finished_at IS NULL") == 0);

            assertThat(cluster.table().query("""
                            SELECT status || ', reason ' || coalesce(reason, 'none') || ', attempt ' || attempt AS ended,
                                   count(*) AS tasks
                              FROM task GROUP BY 1
                            """, row -> row.getString("ended") + ": " + row.getLong("tasks")))
                    .containsExactly("completed, reason none, attempt 1: " + TASKS);
            assertThat(cluster.table()
                            .count("SELECT count(*) FROM task_history WHERE was = 'pending' AND became = 'running'"))
                    .as("claims")
                    .isEqualTo(TASKS);
            assertThat(cluster.table().count("SELECT count(DISTINCT worker) FROM task"))
                    .isEqualTo(2);
            assertThat(cluster.table().mostOvertaken()).isLessThan(OUT_OF_ORDER);
        }
    }

    private static void enqueueAll(Database database) throws Exception {
        try (AgroalDataSource pool = database.pool();
                JdbcTaskStore store = new JdbcTaskStore(pool);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, TASKS)
                    .forEach(i -> threads.execute(() -> store.enqueue(new NewTask(
                            TaskId.create(Instant.now()),
                            Submitter.UNKNOWN,
                            ASpec.asking("#stub\nprint " + i)
                                    .priority(1 + i % 10)
                                    .build(),
                            Optional.empty()))));
        }
        assertThat(database.table().count("SELECT count(*) FROM task")).isEqualTo(TASKS);
    }

    @Test
    void the_same_submit_fifty_times_at_once_on_two_workers_is_one_task() throws Exception {
        try (Cluster cluster = new Cluster(home);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Replica> replicas = List.of(
                    cluster.replica("one").start(), cluster.replica("two").start());
            String key = UUID.randomUUID().toString();

            List<Future<HttpResponse<String>>> submits = IntStream.range(0, 50)
                    .mapToObj(i -> clients.submit(
                            () -> replicas.get(i % 2).api().submitOnce(Api.body("#stub\nprint once"), key)))
                    .toList();
            List<HttpResponse<String>> answers = new ArrayList<>();
            for (Future<HttpResponse<String>> submit : submits) {
                answers.add(submit.get());
            }

            assertThat(answers)
                    .allSatisfy(answer ->
                            assertThat(answer.statusCode()).as(answer::body).isIn(200, 202));
            Set<String> ids = answers.stream()
                    .map(answer -> Api.json(answer).path("taskId").asText())
                    .collect(Collectors.toSet());
            assertThat(ids).hasSize(1);
            assertThat(cluster.table().ids()).containsExactlyElementsOf(ids);
            assertThat(replicas.getFirst()
                            .api()
                            .awaitEnd(ids.iterator().next())
                            .path("status")
                            .asText())
                    .isEqualTo("completed");
        }
    }

    @Test
    void a_stolen_lease_ends_the_run_at_once_and_the_loser_writes_nothing() throws Exception {
        try (Cluster cluster = new Cluster(home).withShell()) {
            Replica victim = cluster.replica("victim").start();
            String task = victim.api().submit(Scripts.printingAndIgnoringAllButKill("mine"));
            cluster.awaitFlushed(task, "mine");

            cluster.table().meddle("""
                    UPDATE task SET epoch = epoch + 1, worker = 'thief',
                           lease_until = CURRENT_TIMESTAMP + INTERVAL '1' HOUR WHERE id = ?
                    """, UUID.fromString(task));

            await("the CLI dies")
                    .atMost(Cluster.SLACK)
                    .until(() -> cluster.processesOf(task).isEmpty());
            await("the loser knows").until(() -> victim.process().log().contains("the lease was lost"));
            assertThat(cluster.table().changes(task)).containsExactly("pending>running");
            assertThat(cluster.table().row(task).worker()).contains("thief");
            cluster.table()
                    .meddle("UPDATE task SET lease_until = CURRENT_TIMESTAMP WHERE id = ?", UUID.fromString(task));
            assertThat(victim.api()
                            .awaitEnd(task)
                            .path("outcome")
                            .path("reason")
                            .asText())
                    .isEqualTo("worker_lost");
        }
    }
}
