package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.http.Http.ENDLESS;
import static org.claudecluster.worker.http.Http.QUICK;
import static org.claudecluster.worker.http.Http.awaitEnd;
import static org.claudecluster.worker.http.Http.body;
import static org.claudecluster.worker.http.Http.cancel;
import static org.claudecluster.worker.http.Http.isProblem;
import static org.claudecluster.worker.http.Http.json;
import static org.claudecluster.worker.http.Http.submit;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.oneOf;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class RunTest {

    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

    @Test
    void a_submit_answers_with_the_task_and_where_it_is() {
        String id = json(body(QUICK, ",\"metadata\":{\"pull\":[1,2.50]},\"labels\":{\"team\":\"a\"},\"priority\":7"))
                .post("/run")
                .then()
                .statusCode(202)
                .header("Location", matchesPattern("/tasks/[0-9a-f-]{36}"))
                .body("metadata.pull[1].toString()", equalTo("2.5"))
                .body("labels.team", equalTo("a"))
                .body("tenant", equalTo("default"))
                .body("submittedBy", equalTo("local"))
                .body("priority", equalTo(7))
                .body("attempt", oneOf(0, 1))
                .body("maxAttempts", equalTo(1))
                .body("timeoutMs", equalTo(300_000))
                .body("createdAt", matchesPattern(TIME))
                .body("$", not(hasKey("outcome")))
                .body("$", not(hasKey("finishedAt")))
                .extract()
                .path("taskId");

        awaitEnd(id)
                .then()
                .statusCode(200)
                .body("status", equalTo("completed"))
                .body("outcome.exitCode", equalTo(0))
                .body("executorType", equalTo("stub"))
                .body("startedAt", matchesPattern(TIME))
                .body("finishedAt", matchesPattern(TIME))
                .body("links.stream", equalTo("/stream/" + id));
    }

    @Test
    void a_wait_answers_200_when_the_task_is_final_and_202_when_it_is_not() {
        json(body(QUICK, "")).post("/run?wait=20s").then().statusCode(200).body("status", equalTo("completed"));
        String endless = json(body(ENDLESS, ""))
                .post("/run?wait=300ms")
                .then()
                .statusCode(202)
                .extract()
                .path("taskId");
        cancel(endless);
    }

    @Test
    void an_exit_code_other_than_0_is_a_failure_with_a_reason() {
        awaitEnd(submit("#stub\\nexit 3", ""))
                .then()
                .body("status", equalTo("failed"))
                .body("outcome.exitCode", equalTo(3))
                .body("outcome.reason", equalTo("exit_nonzero"));
    }

    @Test
    void a_task_that_takes_longer_than_its_timeout_fails_with_it() {
        awaitEnd(submit(ENDLESS, ",\"timeoutMs\":1000"))
                .then()
                .body("status", equalTo("failed"))
                .body("outcome.reason", equalTo("timeout"));
    }

    @Test
    void a_worker_that_nobody_knows_is_a_wish_unless_it_is_required() {
        awaitEnd(submit(QUICK, ",\"workerId\":\"nobody\"")).then().body("status", equalTo("completed"));
        String strict = submit(QUICK, ",\"workerId\":\"nobody\",\"requireWorker\":true");
        given().get("/tasks/" + strict + "?wait=1500ms").then().body("status", equalTo("pending"));
        cancel(strict);
    }

    @Test
    void a_task_does_not_run_before_its_time() {
        String later = submit(QUICK, ",\"notBefore\":\"" + Instant.now().plusSeconds(3600) + "\"");
        given().get("/tasks/" + later + "?wait=1500ms").then().body("status", equalTo("pending"));
        cancel(later);
        String soon = submit(QUICK, ",\"notBefore\":\"" + Instant.now().plusMillis(500) + "\"");
        awaitEnd(soon).then().body("status", equalTo("completed"));
    }

    @Test
    void one_key_is_one_task_and_another_body_under_it_is_refused() {
        String first = keyed("key-1", body(QUICK, "")).path("taskId");
        assertThat((String) keyed("key-1", " " + body(QUICK, "")).path("taskId"))
                .isEqualTo(first);
        isProblem(keyed("key-1", body(QUICK, ",\"priority\":1")), 422);
        isProblem(keyed("k".repeat(256), body(QUICK, "")), 400);
    }

    @Test
    void the_same_request_fifty_times_at_once_is_one_task() throws Exception {
        Callable<String> request = () -> keyed("fifty", body(QUICK, "")).path("taskId");
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = clients.invokeAll(Collections.nCopies(50, request));
            Set<String> ids = answers.stream().map(Future::resultNow).collect(Collectors.toSet());
            assertThat(ids).hasSize(1);
        }
    }

    private static io.restassured.response.Response keyed(String key, String body) {
        return json(body).header("Idempotency-Key", key).post("/run");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "\"text\"", "{\"prompt\":\"a\"} trailing", "{\"prompt\":\"a\",\"prompt\":\"b\"}"})
    void a_body_that_is_no_json_object_is_malformed(String body) {
        isProblem(json(body).post("/run"), 400).body("type", equalTo("urn:claudecluster:problem:malformed-body"));
    }

    @Test
    void bytes_that_are_no_utf8_are_malformed() {
        isProblem(
                given().contentType(ContentType.JSON)
                        .body(new byte[] {'{', '"', (byte) 0xff, '"', '}'})
                        .post("/run"),
                400);
    }

    @Test
    void another_content_type_is_415_another_method_405_and_a_huge_body_413() {
        isProblem(given().contentType("text/plain").body("x").post("/run"), 415);
        isProblem(given().put("/run"), 405);
        isProblem(json(body("x".repeat(3 * 1024 * 1024), "")).post("/run"), 413);
        isProblem(given().get("/no/such/path"), 404);
    }
}
