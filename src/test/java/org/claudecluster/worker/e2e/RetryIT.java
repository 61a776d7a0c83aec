package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged worker makes other attempts, waits no longer than it should, and starves nobody. */
class RetryIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    @Test
    void an_attempt_that_failed_for_a_named_reason_is_followed_by_one_in_its_session() throws Exception {
        Path tried = home.resolve("tried");
        try (WorkerProcess worker = setup().start()) {
            String task = worker.api()
                    .submit(retrying("session; init; if [ -e " + tried + " ]; then ok done; else touch " + tried
                            + "; bad 529 Overloaded; exit 1; fi"));

            JsonNode ended = worker.api().awaitEnd(task);

            assertThat(ended.path("status").asText()).isEqualTo("completed");
            assertThat(ended.path("attempt").asInt()).isEqualTo(2);
            assertThat(ended.path("sessionResumed").asBoolean()).isTrue();
            assertThat(worker.api().get("/q/metrics").body())
                    .contains("worker_tasks_retried_total{reason=\"overloaded\"} 1.0");
        }
    }

    @Test
    void while_it_waits_the_task_says_why_and_can_be_cancelled() throws Exception {
        try (WorkerProcess worker = setup().start()) {
            ObjectNode body = retrying("init; bad 529 Overloaded; exit 1");
            body.withObjectProperty("retry").withObjectProperty("backoff").put("initialMs", 3_600_000);
            String task = worker.api().submit(body);

            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(worker.api()
                                    .task(task)
                                    .path("parked")
                                    .path("reason")
                                    .asText())
                            .isEqualTo("overloaded"));

            assertThat(worker.api().task(task).path("notBefore").asText()).isNotEmpty();
            worker.api().post("/tasks/" + task + "/cancel", "");
            assertThat(worker.api().task(task).path("status").asText()).isEqualTo("cancelled");
        }
    }

    @Test
    void an_account_without_credit_burns_what_runs_and_the_rest_waits_until_one_try_succeeds() throws Exception {
        Path paid = home.resolve("paid");
        try (WorkerProcess worker =
                setup().with("MAX_CONCURRENT_PROCESSES", "4").start()) {
            Api api = worker.api();
            List<String> tasks = IntStream.range(0, 12)
                    .mapToObj(_ -> api.submit("init; if [ -e " + paid
                            + " ]; then ok paid; else sleep 0.5; bad 400 'Credit balance is too low'; exit 1; fi"))
                    .toList();

            await().atMost(SOON).until(() -> api.get("/hello").body().contains("\"status\":\"error\""));
            assertThat(api.get("/hello").body()).contains("Credit balance is too low");
            assertThat(api.get("/q/health/ready").body()).contains("unpaid");
            assertThat(api.get("/q/metrics").body())
                    .contains("worker_auth_paused{reason=\"billing\"} 1.0", "worker_auth_valid 0.0");
            await().atMost(SOON).until(() -> api.activeTasks() == 0);
            assertThat(inStatus(api, tasks, "pending")).isGreaterThanOrEqualTo(7);

            Files.createFile(paid);

            await().atMost(SOON).until(() -> inStatus(api, tasks, "pending") == 0);
            await().atMost(SOON).until(() -> api.activeTasks() == 0);
            assertThat(inStatus(api, tasks, "failed")).isBetween(1L, 5L);
            assertThat(inStatus(api, tasks, "completed")).isGreaterThanOrEqualTo(7);
            await().atMost(SOON)
                    .until(() -> api.get("/q/metrics").body().contains("worker_auth_paused{reason=\"billing\"} 0.0"));
        }
    }

    @Test
    void a_reset_further_away_than_the_longest_wait_ends_the_task_at_once() throws Exception {
        try (WorkerProcess worker =
                setup().with("WORKER_LIMITS_MAX_WAIT", "30s").start()) {
            String task = worker.api()
                    .submit("init; R=$(LC_ALL=C TZ=UTC date -d '+2 minutes' +%-I:%M%P); "
                            + "bad 429 \"You've hit your 5-hour limit · resets $R (UTC)\"; exit 1");

            JsonNode outcome = worker.api().awaitEnd(task).path("outcome");

            assertThat(outcome.path("reason").asText()).isEqualTo("usage_limit");
            assertThat(outcome.path("message").asText()).contains("worker.limits.max-wait=PT30S");
        }
    }

    @Test
    void a_task_of_low_priority_has_its_turn_while_urgent_ones_keep_coming() throws Exception {
        try (WorkerProcess worker = setup().with("MAX_CONCURRENT_PROCESSES", "1")
                        .with("WORKER_QUEUE_AGEING", "1s")
                        .start();
                ScheduledExecutorService clients = Executors.newSingleThreadScheduledExecutor()) {
            Api api = worker.api();
            api.submit("init; sleep 2; ok first");
            String low = api.submit(Api.body("init; ok low").put("priority", 1));
            ScheduledFuture<?> urgent = clients.scheduleAtFixedRate(
                    () -> api.submit(Api.body("init; sleep 1; ok urgent").put("priority", 9)),
                    0,
                    500,
                    TimeUnit.MILLISECONDS);

            assertThat(api.awaitEnd(low).path("status").asText()).isEqualTo("completed");

            assertThat(urgent.isDone()).isFalse();
            assertThat(api.get("/tasks?status=pending").body()).contains("urgent");
            urgent.cancel(false);
        }
    }

    private WorkerSetup setup() throws Exception {
        Path cli = home.resolve("scripted-claude");
        Files.copy(Path.of("src/test/resources/scripted-claude.sh").toAbsolutePath(), cli);
        assertThat(cli.toFile().setExecutable(true)).isTrue();
        return WorkerSetup.in(home).withCli(cli).with("ANTHROPIC_API_KEY", "x");
    }

    private static ObjectNode retrying(String prompt) {
        ObjectNode body = Api.body(prompt);
        ObjectNode retry = body.putObject("retry").put("maxAttempts", 3);
        retry.putArray("on").add("overloaded");
        retry.putObject("backoff").put("initialMs", 100);
        return body;
    }

    private static long inStatus(Api api, List<String> tasks, String status) {
        return tasks.stream()
                .filter(task -> api.task(task).path("status").asText().equals(status))
                .count();
    }
}
