package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.claudecluster.worker.e2e.Api;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The database crashes at the worst moment, or its answer is lost; leases are long enough to live through it. */
@Isolated("crashes the server that all share")
class DatabaseTroubleIT {

    private static final String CLAIM = "SET status = 'running', worker = $1";
    private static final String RENEW = "UPDATE task SET lease_until = CURRENT_TIMESTAMP";
    private static final String FINISH = "SET status = $1, finished_at = CURRENT_TIMESTAMP";
    private static final String APPEND = "INSERT INTO transcript_chunk";
    private static final String ENQUEUE = "INSERT INTO task (";
    private static final String CANCEL = "SET cancel_requested_at = COALESCE";

    @TempDir
    static Path home;

    private static Cluster cluster;
    private static Replica worker;

    private Path go;

    @BeforeAll
    static void open() throws Exception {
        cluster = new Cluster(home)
                .withShell()
                .with("WORKER_LEASE_DURATION", "20s")
                .with("WORKER_LEASE_RENEW", "500ms");
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

    /** What could run at once would be claimed by its enqueue. */
    private String submitForSoon() {
        String soon = Instant.now().plusSeconds(1).toString();
        return worker.api()
                .submit(Api.body(Scripts.printingAndWaitingFor("at work", go)).put("notBefore", soon));
    }

    private void crashAt(Trap trap) throws Exception {
        trap.awaitSprung();
        cluster.server().crash();
        cluster.server().restart();
        trap.release();
    }

    private void assertCompletedOnce(String task) throws SQLException {
        JsonNode end = worker.api().awaitEnd(task);
        assertThat(end.path("status").asText()).as(end::toPrettyString).isEqualTo("completed");
        assertThat(end.path("attempt").asInt()).isOne();
        assertThat(cluster.table().changes(task)).containsExactly("pending>running", "running>completed");
        assertThat(worker.api().output(task)).isEqualTo("at work\r\ndone\r\n");
    }

    @Test
    void a_crash_of_the_database_during_a_claim_costs_nothing() throws Exception {
        Files.createFile(go);
        Trap trap = worker.link().at(CLAIM, Trap.Kind.HOLD);
        String task = submitForSoon();

        crashAt(trap);

        assertCompletedOnce(task);
    }

    @Test
    void a_crash_of_the_database_during_a_renewal_costs_nothing() throws Exception {
        String task = worker.api().submit(Scripts.printingAndWaitingFor("at work", go));
        cluster.awaitFlushed(task, "at work");

        crashAt(worker.link().at(RENEW, Trap.Kind.HOLD));

        Files.createFile(go);
        assertCompletedOnce(task);
    }

    @Test
    void a_crash_of_the_database_during_a_finish_costs_nothing() throws Exception {
        Files.createFile(go);
        Trap trap = worker.link().at(FINISH, Trap.Kind.HOLD);
        String task = worker.api().submit(Scripts.printingAndWaitingFor("at work", go));

        crashAt(trap);

        assertCompletedOnce(task);
    }

    @Test
    void a_crash_of_the_database_during_an_append_costs_nothing() throws Exception {
        Trap trap = worker.link().at(APPEND, Trap.Kind.HOLD);
        String task = worker.api().submit(Scripts.printingAndWaitingFor("at work", go));

        crashAt(trap);

        Files.createFile(go);
        assertCompletedOnce(task);
    }

    @Test
    void a_submit_whose_commit_was_not_answered_can_be_repeated_under_its_key() throws Exception {
        Files.createFile(go);
        var body = Api.body(Scripts.printingAndWaitingFor("at work", go));
        String key = UUID.randomUUID().toString();
        Trap trap = worker.link().at(ENQUEUE, Trap.Kind.LOSE_REPLY);

        HttpResponse<String> lost = worker.api().submitOnce(body, key);
        trap.awaitSprung();
        HttpResponse<String> repeated = worker.api().submitOnce(body, key);

        assertThat(lost.statusCode()).as(lost::body).isEqualTo(503);
        assertThat(lost.headers().firstValue("Retry-After")).isPresent();
        assertThat(repeated.statusCode()).as(repeated::body).isIn(200, 202);
        assertThat(cluster.table().count("SELECT count(*) FROM task WHERE idempotency_key = ?", key))
                .isOne();
        String task = Api.json(repeated).path("taskId").asText();
        JsonNode end = worker.api().awaitEnd(task);
        assertThat(end.path("status").asText()).isEqualTo("completed");
        assertThat(end.path("attempt").asInt()).isOne();
        // Claimed by the write that nobody heard of, it goes back first.
        assertThat(cluster.table().changes(task)).endsWith("pending>running", "running>completed");
        assertThat(cluster.table().changes(task)).containsOnlyOnce("running>completed");
    }

    @Test
    void an_outcome_whose_commit_was_not_answered_counts_once() throws Exception {
        Files.createFile(go);
        Trap trap = worker.link().at(FINISH, Trap.Kind.LOSE_REPLY);
        String task = worker.api().submit(Scripts.printingAndWaitingFor("at work", go));

        trap.awaitSprung();

        assertCompletedOnce(task);
        await().until(() -> worker.process().log().contains("Task execution completed\",\"taskId\":\"" + task)
                || worker.process().log().contains(task));
        assertThat(worker.process().log()).doesNotContain("the outcome is not ours to write taskId=" + task);
    }

    @Test
    void a_renewal_whose_commit_was_not_answered_is_made_again() throws Exception {
        String task = worker.api().submit(Scripts.printingAndWaitingFor("at work", go));
        cluster.awaitFlushed(task, "at work");

        worker.link().at(RENEW, Trap.Kind.LOSE_REPLY).awaitSprung();
        worker.link().at(RENEW, Trap.Kind.LOSE_REPLY).awaitSprung();

        Files.createFile(go);
        assertCompletedOnce(task);
    }

    @Test
    void output_whose_commit_was_not_answered_is_there_once() throws Exception {
        Trap trap = worker.link().at(APPEND, Trap.Kind.LOSE_REPLY);
        String task = worker.api().submit(Scripts.printingAndWaitingFor("at work", go));

        trap.awaitSprung();

        Files.createFile(go);
        assertCompletedOnce(task);
    }

    @Test
    void a_cancel_whose_commit_was_not_answered_can_be_repeated() throws Exception {
        String task = worker.api().submit(Scripts.printingAndWaitingFor("at work", go));
        cluster.awaitFlushed(task, "at work");
        Trap trap = worker.link().at(CANCEL, Trap.Kind.LOSE_REPLY);

        HttpResponse<String> lost = worker.api().post("/tasks/" + task + "/cancel", "");
        trap.awaitSprung();
        HttpResponse<String> repeated = worker.api().post("/tasks/" + task + "/cancel", "");

        assertThat(lost.statusCode()).as(lost::body).isEqualTo(503);
        assertThat(repeated.statusCode()).isIn(200, 202);
        assertThat(worker.api().awaitEnd(task).path("status").asText()).isEqualTo("cancelled");
        assertThat(cluster.table().changes(task)).containsExactly("pending>running", "running>cancelled");
    }

    @Test
    void a_claim_whose_commit_was_not_answered_goes_back_uncounted_and_is_made_again() throws Exception {
        Files.createFile(go);
        Trap trap = worker.link().at(CLAIM, Trap.Kind.LOSE_REPLY);
        String task = submitForSoon();

        trap.awaitSprung();

        JsonNode end = worker.api().awaitEnd(task);
        assertThat(end.path("status").asText()).isEqualTo("completed");
        assertThat(end.path("attempt").asInt()).isOne();
        assertThat(cluster.table().changes(task))
                .containsExactly("pending>running", "running>pending", "pending>running", "running>completed");
    }

    @Test
    void a_database_that_is_gone_takes_readiness_but_not_liveness_and_not_what_runs() throws Exception {
        String task = worker.api().submit(Scripts.printingAndWaitingFor("at work", go));
        cluster.awaitFlushed(task, "at work");

        cluster.server().crash();
        await().atMost(Cluster.SLACK).until(() -> !worker.api().isReady());
        assertThat(worker.api().get("/q/health/live").statusCode()).isEqualTo(200);
        CompletableFuture<HttpResponse<String>> refused = CompletableFuture.supplyAsync(
                () -> worker.api().post("/run", Api.body("echo no").toString()));
        assertThat(refused.join().statusCode()).isEqualTo(503);
        Files.createFile(go);
        cluster.server().restart();

        assertCompletedOnce(task);
    }
}
