package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.claudecluster.worker.e2e.Api;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The database goes while requests wait for the end of tasks that they were told are accepted. */
@Isolated("crashes the database that all tests share")
class WaitIT {

    private static final String ACCEPTED = "SELECT count(*) FROM task WHERE prompt = ?";
    private static final Duration SHORT = Duration.ofSeconds(6);
    /** How long one look at a database that hangs may take: a connection (5 s), and the answer (10 s). */
    private static final Duration LOOK = Duration.ofSeconds(15);

    @TempDir
    static Path home;

    private static Cluster cluster;
    private static Replica worker;

    private Path go;

    /** A request that waits, and the prompt that its task is known by. */
    private record Waiting(String prompt, CompletableFuture<HttpResponse<String>> answer) {}

    @BeforeAll
    static void open() throws Exception {
        cluster = new Cluster(home).withShell().with("WORKER_LEASE_DURATION", "60s");
        worker = cluster.replica("worker").start();
    }

    @AfterAll
    static void close() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void letItSettle() {
        go = home.resolve("go-" + UUID.randomUUID());
        await().atMost(Cluster.SLACK).until(() -> worker.api().isReady());
    }

    @AfterEach
    void letEveryTaskEnd() throws Exception {
        Files.write(go, new byte[0]);
        cluster.table().ids().forEach(id -> worker.api().awaitEnd(id));
    }

    /** Submits and waits; returns when the task is in the database. */
    private Waiting submit(ObjectNode body, Duration wait) {
        String prompt = body.path("prompt").asText();
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(
                () -> worker.api().post("/run?wait=" + wait.toMillis() + "ms", body.toString()));
        await().atMost(Cluster.SLACK).until(() -> cluster.table().count(ACCEPTED, prompt) == 1);
        return new Waiting(prompt, answer);
    }

    private Waiting submitRunning(Duration wait) {
        return submit(Api.body(Scripts.printingAndWaitingFor("at work", go)), wait);
    }

    private Waiting submitPending(Duration wait) {
        String later = Instant.now().plusSeconds(20).toString();
        return submit(Api.body("echo later; : " + go).put("notBefore", later), wait);
    }

    private static void assertAccepted(Waiting waiting, String status) {
        HttpResponse<String> answer = waiting.answer().join();
        JsonNode task = Api.json(answer);
        assertThat(answer.statusCode()).as(answer::body).isEqualTo(202);
        assertThat(answer.headers().firstValue("Location"))
                .hasValue("/tasks/" + task.path("taskId").asText());
        assertThat(task.path("prompt").asText()).isEqualTo(waiting.prompt());
        assertThat(task.path("status").asText()).isEqualTo(status);
    }

    @Test
    void a_database_that_comes_back_ends_no_wait() throws Exception {
        Waiting finished = submitRunning(Duration.ofSeconds(90));
        Waiting pending = submitPending(SHORT.multipliedBy(2));
        cluster.server().crash();
        await().atMost(Cluster.SLACK).until(() -> !worker.api().isReady());
        cluster.server().restart();
        assertThat(finished.answer()).isNotDone();

        Files.createFile(go);

        HttpResponse<String> answer = finished.answer().join();
        assertThat(answer.statusCode()).as(answer::body).isEqualTo(200);
        assertThat(Api.json(answer).path("status").asText()).isEqualTo("completed");
        assertAccepted(pending, "pending");
    }

    @Test
    void a_wait_that_is_over_while_the_database_is_away_answers_with_the_task() throws Exception {
        Waiting running = submitRunning(SHORT);
        Waiting pending = submitPending(SHORT);

        cluster.server().crash();
        try {
            assertAccepted(running, "running");
            assertAccepted(pending, "pending");
            assertThat(worker.api().isReady()).isFalse();
        } finally {
            cluster.server().restart();
        }
    }

    @Test
    void a_wait_that_is_over_while_the_database_hangs_answers_with_the_task_one_look_later() {
        Waiting running = submitRunning(SHORT);
        Waiting pending = submitPending(SHORT);

        worker.link().become(FaultyLink.State.SILENT);
        try {
            await().atMost(SHORT.plus(LOOK).plus(Cluster.SLACK))
                    .until(() -> running.answer().isDone() && pending.answer().isDone());
            assertAccepted(running, "running");
            assertAccepted(pending, "pending");
        } finally {
            worker.link().become(FaultyLink.State.OPEN);
        }
    }
}
