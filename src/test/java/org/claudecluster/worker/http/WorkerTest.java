package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.http.Http.QUICK;
import static org.claudecluster.worker.http.Http.awaitEnd;
import static org.claudecluster.worker.http.Http.cancel;
import static org.claudecluster.worker.http.Http.isInvalid;
import static org.claudecluster.worker.http.Http.isProblem;
import static org.claudecluster.worker.http.Http.json;
import static org.claudecluster.worker.http.Http.submit;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the worker says about itself. In these tests no CLI is installed, so auto has chosen the stub. */
@QuarkusTest
class WorkerTest {

    @Test
    void hello_keeps_the_promised_names() {
        given().get("/hello")
                .then()
                .statusCode(200)
                .body("status", equalTo("available"))
                .body("timestamp", notNullValue())
                .body("version", notNullValue())
                .body("uptime", notNullValue())
                .body("activeTasks", notNullValue())
                .body("id", notNullValue())
                .body("name", notNullValue())
                .body("capabilities.maxConcurrentTasks", equalTo(5))
                .body("capabilities.executorType", equalTo("stub"))
                .body("capabilities.streamingType", equalTo("sse"))
                .body("systemInfo", hasKey("javaVersion"))
                .body("systemInfo", hasKey("platform"))
                .body("systemInfo", hasKey("arch"));
    }

    @Test
    void the_workers_of_the_store_are_listed() {
        String id = given().get("/hello").jsonPath().getString("id");
        given().get("/workers")
                .then()
                .statusCode(200)
                .body("workers", hasSize(1))
                .body("workers[0].id", equalTo(id))
                .body("workers[0].name", notNullValue())
                .body("workers[0].names", hasSize(2))
                .body("workers[0].version", notNullValue())
                .body("workers[0].slots", equalTo(5))
                .body("workers[0].activeTasks", notNullValue())
                .body("workers[0].draining", equalTo(false))
                .body("workers[0].lastSeen", notNullValue())
                .body("workers[0].alive", equalTo(true));
    }

    @Test
    void the_status_tells_what_is_active_and_why() {
        given().get("/pty/status")
                .then()
                .statusCode(200)
                .body("executorType", equalTo("stub"))
                .body("requestedExecutorType", equalTo("auto"))
                .body("ptyAvailable", equalTo(false))
                .body("reason", containsString("CLAUDE_CLI_PATH"))
                .body("claudeCliAvailable", equalTo(false))
                .body("maxConcurrentProcesses", equalTo(5))
                .body("terminal.cols", equalTo(80))
                .body("terminal.rows", equalTo(24))
                .body("timeoutMs", equalTo(300_000));
    }

    @Test
    void the_status_and_readiness_tell_how_the_credential_stands() {
        given().get("/pty/status")
                .then()
                .body("auth.state", equalTo("unknown"))
                .body("auth", hasKey("source"))
                .body("auth", hasKey("kind"));
        given().get("/q/health/ready")
                .then()
                .body("checks.find { it.name == 'executor' }.data.auth", equalTo("unknown"))
                .body("checks.find { it.name == 'executor' }.data", hasKey("authSource"));
    }

    @Test
    void a_switch_to_what_cannot_run_here_changes_nothing_and_says_why() {
        isProblem(json("{\"executorType\":\"pty\"}").post("/pty/switch"), 409)
                .body("detail", containsString("CLAUDE_CLI_PATH"));
        given().get("/pty/status").then().body("executorType", equalTo("stub"));
        json("{\"executorType\":\"auto\"}")
                .post("/pty/switch")
                .then()
                .statusCode(200)
                .body("newConfig.executorType", equalTo("stub"));
    }

    @Test
    void a_switch_names_what_it_does_not_know() {
        isInvalid(json("{\"executorType\":\"rocket\"}").post("/pty/switch"), "executorType");
        isInvalid(json("{\"streamingType\":\"carrier pigeon\"}").post("/pty/switch"), "streamingType");
        isInvalid(json("{}").post("/pty/switch"), "executorType");
        isInvalid(json("{\"colour\":1}").post("/pty/switch"), "colour");
    }

    @Test
    void streaming_can_be_switched_off_and_on() {
        String id = submit(QUICK, "");
        json("{\"streamingType\":\"stub\"}").post("/pty/switch").then().statusCode(200);
        try {
            isProblem(given().get("/stream/" + id), 409);
        } finally {
            json("{\"streamingType\":\"sse\"}").post("/pty/switch").then().statusCode(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "ready", "started"})
    void the_probes_are_up(String probe) {
        given().get("/q/health/" + probe).then().statusCode(200).body("status", equalTo("UP"));
    }

    @Test
    void readiness_tells_the_executor_and_the_store() {
        given().get("/q/health/ready")
                .then()
                .body("checks.name", hasItem("executor"))
                .body("checks.name", hasItem("store"))
                .body("checks.find { it.name == 'executor' }.data.executorType", equalTo("stub"));
    }

    @Test
    void every_meter_is_there() {
        awaitEnd(submit(QUICK, ""));

        String metrics = given().get("/q/metrics").asString();

        assertThat(metrics)
                .contains("worker_tasks_submitted_total ")
                .contains("worker_tasks_claimed_total ")
                .contains("worker_tasks_finished_total{")
                .contains("reason=\"none\"")
                .contains("worker_queue_depth ")
                .contains("worker_queue_oldest_seconds ")
                .contains("worker_slots_used ")
                .contains("worker_slots_max 5.0")
                .contains("worker_run_duration_seconds_count ")
                .contains("worker_first_byte_seconds_count ")
                .contains("worker_output_bytes_total ")
                .contains("worker_stream_subscribers ")
                .contains("worker_lease_lost_total ")
                .contains("worker_leaked_processes_total ")
                .contains("worker_auth_valid 1.0")
                .doesNotContain("worker_auth_expires_in_seconds");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/hello",
                "/pty/status",
                "/pty/switch",
                "/run",
                "/tasks",
                "/tasks/{id}",
                "/tasks/{id}/cancel",
                "/tasks/{id}/output",
                "/tasks/{id}/events",
                "/stream/{id}"
            })
    void the_openapi_document_has_every_route(String route) {
        given().accept("application/json")
                .get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body("paths", hasKey(route));
    }

    @Test
    void what_the_openapi_document_requires_is_there_and_what_may_be_absent_is_not_required() {
        JsonPath document =
                given().accept("application/json").get("/q/openapi?format=json").jsonPath();
        List<String> required = document.getList("components.schemas.Task.required");
        assertThat(required)
                .contains("taskId", "status", "labels", "progress", "links")
                .doesNotContain("outcome", "result", "startedAt", "worker", "parked");
        assertThat(document.<String>getList("components.schemas.Links.required"))
                .contains("continue");
        assertThat(document.<String>getList("components.schemas.SubmitRequest.required"))
                .containsExactly("prompt");

        String waits = submit(QUICK, ",\"notBefore\":\"2999-01-01T00:00:00Z\"");
        Map<String, Object> task = given().get("/tasks/" + waits).jsonPath().getMap("");
        cancel(waits);
        Map<String, Object> problem = json("{}").post("/run").jsonPath().getMap("");

        assertThat(task).containsKeys(required.toArray(String[]::new));
        assertThat(problem)
                .containsKeys(document.<String>getList("components.schemas.HttpProblem.required")
                        .toArray(String[]::new))
                .containsKey("errors");
    }

    @Test
    void every_operation_of_the_openapi_document_has_an_id_and_a_typed_refusal() {
        Map<String, Map<String, Map<String, Object>>> paths = given().accept("application/json")
                .get("/q/openapi?format=json")
                .jsonPath()
                .getMap("paths");
        assertThat(paths.values().stream().flatMap(path -> path.values().stream()))
                .hasSizeGreaterThan(15)
                .allSatisfy(operation -> assertThat(operation).containsKey("operationId"))
                .allSatisfy(operation -> assertThat(String.valueOf(operation.get("responses")))
                        .contains("default={", "application/problem+json"));
    }
}
