package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.UUID;
import org.claudecluster.worker.e2e.Api;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cancel finds the task in every state, through any replica. */
class CancelIT {

    @TempDir
    static Path home;

    private static Cluster cluster;
    private static Replica runner;
    private static Replica other;

    @BeforeAll
    static void open() throws Exception {
        cluster = new Cluster(home).withShell();
        runner = cluster.replica("runner").start();
        other = cluster.replica("other").elsewhere().start();
    }

    @AfterAll
    static void close() throws Exception {
        cluster.close();
    }

    private static HttpResponse<String> cancel(Replica through, String task) {
        return through.api().post("/tasks/" + task + "/cancel", "");
    }

    private static String submit(String worker, String script) {
        return other.api().submit(Api.body(script).put("workerId", worker).put("requireWorker", true));
    }

    private static void assertCancelledAfter(String task, String... changes) throws Exception {
        JsonNode end = other.api().awaitEnd(task);
        assertThat(end.path("status").asText()).as(end::toPrettyString).isEqualTo("cancelled");
        assertThat(end.path("outcome").path("reason").asText()).isEqualTo("cancelled");
        assertThat(cluster.table().changes(task)).containsExactly(changes);
        assertThat(cluster.processesOf(task)).isEmpty();
    }

    @Test
    void a_queued_task_is_cancelled_at_once() throws Exception {
        String task = submit("nobody", "echo never");

        assertThat(cancel(other, task).statusCode()).isEqualTo(200);

        assertCancelledAfter(task, "pending>cancelled");
    }

    @Test
    void a_running_task_is_cancelled_through_another_replica() throws Exception {
        String task = submit("runner", Scripts.printingAndIgnoringAllButKill("at work"));
        cluster.awaitFlushed(task, "at work");

        assertThat(cancel(other, task).statusCode()).isEqualTo(202);

        assertCancelledAfter(task, "pending>running", "running>cancelled");
    }

    @Test
    void a_task_is_cancelled_between_its_claim_and_its_start() throws Exception {
        Trap trap = runner.link().at("SET status = 'running', worker = $1", Trap.Kind.HOLD_REPLY);
        String task = submit("runner", Scripts.printingAndIgnoringAllButKill("at work"));
        trap.awaitSprung();
        assertThat(cluster.table().row(task).status()).isEqualTo("running");

        assertThat(cancel(other, task).statusCode()).isEqualTo(202);
        trap.release();

        assertCancelledAfter(task, "pending>running", "running>cancelled");
    }

    @Test
    void a_task_that_has_just_finished_stays_as_it_is() throws Exception {
        Trap trap = runner.link().at("SET status = $1, finished_at = CURRENT_TIMESTAMP", Trap.Kind.HOLD_REPLY);
        String task = submit("runner", "echo quick");
        trap.awaitSprung();

        HttpResponse<String> answer = cancel(other, task);
        trap.release();

        assertThat(answer.statusCode()).as(answer::body).isEqualTo(200);
        assertThat(Api.json(answer).path("status").asText()).isEqualTo("completed");
        assertThat(cluster.table().changes(task)).containsExactly("pending>running", "running>completed");
    }

    @Test
    void an_unknown_task_is_told_as_unknown() {
        assertThat(cancel(other, UUID.randomUUID().toString()).statusCode()).isEqualTo(404);
    }

    @Test
    void a_second_cancel_changes_nothing() throws Exception {
        String task = submit("runner", Scripts.printingAndIgnoringAllButKill("at work"));
        cluster.awaitFlushed(task, "at work");

        assertThat(cancel(other, task).statusCode()).isEqualTo(202);
        assertThat(cancel(runner, task).statusCode()).isIn(200, 202);

        assertCancelledAfter(task, "pending>running", "running>cancelled");
        assertThat(cancel(other, task).statusCode()).isEqualTo(200);
        assertThat(cancel(runner, task).statusCode()).isEqualTo(200);
    }

    @Test
    void a_cancel_for_a_worker_that_is_dead_is_carried_out_by_another() throws Exception {
        Replica doomed = cluster.replica("doomed").start();
        String task = submit("doomed", Scripts.printingAndIgnoringAllButKill("at work"));
        cluster.awaitFlushed(task, "at work");

        doomed.process().kill();
        assertThat(cancel(other, task).statusCode()).isEqualTo(202);

        assertThat(other.api().awaitEnd(task).path("status").asText()).isEqualTo("cancelled");
        doomed.start();
        await("what it left ends")
                .atMost(Cluster.SLACK)
                .until(() -> cluster.processesOf(task).isEmpty());
        assertCancelledAfter(task, "pending>running", "running>cancelled");
    }
}
