package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.claudecluster.worker.http.Http.ENDLESS;
import static org.claudecluster.worker.http.Http.QUICK;
import static org.claudecluster.worker.http.Http.awaitEnd;
import static org.claudecluster.worker.http.Http.body;
import static org.claudecluster.worker.http.Http.cancel;
import static org.claudecluster.worker.http.Http.isProblem;
import static org.claudecluster.worker.http.Http.json;
import static org.claudecluster.worker.http.Http.status;
import static org.claudecluster.worker.http.Http.submit;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class TasksTest {

    private static final String UNKNOWN = "/tasks/00000000-0000-7000-8000-000000000000";

    @Test
    void a_list_is_newest_first_filtered_by_label_and_paged() {
        String label = UUID.randomUUID().toString();
        String more = ",\"labels\":{\"run\":\"" + label + "\"}";
        List<String> ids = List.of(submit(QUICK, more), submit(QUICK, more), submit(QUICK, more));
        ids.forEach(Http::awaitEnd);

        Response first = given().get("/tasks?status=completed&limit=2&label.run=" + label);
        first.then().statusCode(200).body("tasks.taskId", equalTo(List.of(ids.get(2), ids.get(1))));
        String link = first.header("Link");
        assertThat(link).endsWith("; rel=\"next\"");
        given().urlEncodingEnabled(false)
                .get(link.substring(1, link.indexOf('>')))
                .then()
                .body("tasks.taskId", equalTo(List.of(ids.get(0))))
                .header("Link", nullValue());
        given().get("/tasks?status=failed&label.run=" + label).then().body("tasks.size()", equalTo(0));
    }

    @Test
    void a_list_tells_the_start_of_a_long_prompt_and_all_of_it_when_asked() {
        String label = UUID.randomUUID().toString();
        String prompt = "x".repeat(200_000);
        String id = Http.submit(prompt, ",\"labels\":{\"run\":\"" + label + "\"}");

        given().get("/tasks?label.run=" + label)
                .then()
                .statusCode(200)
                .body("tasks[0].prompt", equalTo("x".repeat(1_000)))
                .body("tasks[0].promptTruncated", equalTo(true));
        given().get("/tasks?fields=prompt,result&label.run=" + label)
                .then()
                .body("tasks[0].prompt", equalTo(prompt))
                .body("tasks[0].promptTruncated", nullValue());
        given().get("/tasks/" + id).then().body("prompt", equalTo(prompt)).body("promptTruncated", nullValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text", "prompt,", "Prompt", "prompt, result"})
    void parts_that_no_list_has_are_refused(String fields) {
        given().queryParam("fields", fields)
                .get("/tasks")
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("fields"));
    }

    @Test
    void an_etag_saves_the_body_while_nothing_has_changed() {
        String id = submit(QUICK, "");
        String tag = awaitEnd(id).header("ETag");

        given().header("If-None-Match", tag).get("/tasks/" + id).then().statusCode(304);
        given().header("If-None-Match", "\"other\"").get("/tasks/" + id).then().statusCode(200);
    }

    @Test
    void a_running_task_is_cancelled_once_and_for_all() {
        String id = submit(ENDLESS, "");
        await().until(() -> status(id).equals("running"));

        given().post("/tasks/" + id + "/cancel").then().statusCode(202).body("cancelRequested", equalTo(true));
        awaitEnd(id).then().body("status", equalTo("cancelled")).body("outcome.reason", equalTo("cancelled"));
        given().post("/tasks/" + id + "/cancel").then().statusCode(200).body("status", equalTo("cancelled"));
    }

    @Test
    void a_waiting_task_is_cancelled_at_once_and_has_had_no_attempt() {
        String id = submit(QUICK, ",\"workerId\":\"nobody\",\"requireWorker\":true");

        given().post("/tasks/" + id + "/cancel").then().statusCode(200).body("status", equalTo("cancelled"));
        given().get("/tasks/" + id).then().body("attempts.size()", equalTo(0));
        String stream = given().get("/stream/" + id).asString();
        assertThat(stream).contains("id: 4294967295\nevent: complete\n");
        given().header("Last-Event-ID", "4294967295")
                .get("/stream/" + id)
                .then()
                .statusCode(204);
    }

    @Test
    void a_task_shows_its_attempts_and_a_list_does_not() {
        String id = submit(QUICK, "");

        awaitEnd(id)
                .then()
                .body("attempts.size()", equalTo(1))
                .body("attempts[0].attempt", equalTo(1))
                .body("attempts[0].ending", equalTo("completed"))
                .body("attempts[0].exitCode", equalTo(0))
                .body("attempts[0].firstEventId", equalTo(4_294_967_297L))
                .body("attempts[0].costUsd", nullValue());
        given().get("/tasks?limit=1").then().body("tasks[0].attempts", nullValue());
    }

    @Test
    void only_the_id_of_the_complete_event_is_told_that_nothing_follows() {
        String id = submit(QUICK, "");
        long complete = awaitEnd(id).jsonPath().getLong("attempts[0].lastEventId");

        given().get("/stream/" + id + "?after=" + complete).then().statusCode(204);
        assertThat(given().get("/stream/" + id + "?after=" + (complete - 1)).asString())
                .contains("id: " + complete + "\nevent: complete\n");
        assertThat(given().get("/stream/" + id + "?after=" + (complete + 1)).asString())
                .contains("id: " + complete + "\nevent: complete\n");
    }

    @Test
    void only_a_final_task_is_deleted_and_then_it_is_gone_with_its_transcript() {
        String id = submit(ENDLESS, "");
        isProblem(given().delete("/tasks/" + id), 409);
        cancel(id);

        given().delete("/tasks/" + id).then().statusCode(204);
        isProblem(given().get("/tasks/" + id), 404);
        isProblem(given().get("/tasks/" + id + "/output"), 404);
        isProblem(given().delete("/tasks/" + id), 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {UNKNOWN, UNKNOWN + "/output", UNKNOWN + "/events", "/tasks/not-an-id", "/stream/not-an-id"})
    void what_is_not_there_is_a_404(String path) {
        isProblem(given().get(path), 404).body("type", equalTo("urn:claudecluster:problem:not-found"));
    }

    @Test
    void the_output_is_there_in_three_formats() {
        String id = submit("#stub\\nprint \\u001b[1mbold\\u001b[0m caf\\u00e9", "");
        awaitEnd(id);

        byte[] raw = given().get("/tasks/" + id + "/output").asByteArray();
        assertThat(new String(raw, java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("\u001b[1mbold\u001b[0m café\r\n");
        given().get("/tasks/" + id + "/output?format=text").then().body(equalTo("bold café\n"));
        given().get("/tasks/" + id + "/output?format=asciicast")
                .then()
                .body(startsWith("{\"version\": 2, \"width\": 80, \"height\": 24"))
                .body(containsString("\"o\", \"\\u001b[1mbold"));
        isProblem(given().get("/tasks/" + id + "/output?format=pdf"), 400);
    }

    @Test
    void what_ran_in_the_stub_has_no_files_and_no_session() {
        String id = submit(QUICK, "");
        awaitEnd(id);

        isProblem(given().get("/tasks/" + id + "/artifacts"), 409)
                .body("type", equalTo("urn:claudecluster:problem:no-workspace"));
        isProblem(given().get("/tasks/" + id + "/diff"), 409)
                .body("type", equalTo("urn:claudecluster:problem:no-workspace"));
        isProblem(json(body("more", "")).post("/tasks/" + id + "/continue"), 409)
                .body("type", equalTo("urn:claudecluster:problem:not-continuable"));
    }

    @Test
    void a_range_of_the_raw_output_is_served() {
        String id = submit("#stub\\nprint 0123456789", "");
        awaitEnd(id);

        given().header("Range", "bytes=2-4")
                .get("/tasks/" + id + "/output")
                .then()
                .statusCode(206)
                .header("Content-Range", equalTo("bytes 2-4/12"))
                .body(equalTo("234"));
        isProblem(given().header("Range", "bytes=99-").get("/tasks/" + id + "/output"), 416);
        given().header("Range", "bytes=2-4")
                .head("/tasks/" + id + "/output")
                .then()
                .statusCode(200)
                .header("Content-Length", equalTo("12"));
    }

    @Test
    void a_download_that_broke_off_goes_on_while_more_is_printed() {
        String id = submit("#stub\\nprint abc\\nsleep 1500\\nprint de", "");
        await().until(() -> given().get("/tasks/" + id + "/output").asString().startsWith("abc"));
        String tag = given().get("/tasks/" + id + "/output").header("ETag");
        awaitEnd(id);

        given().header("Range", "bytes=3-")
                .header("If-Range", tag)
                .get("/tasks/" + id + "/output")
                .then()
                .statusCode(206)
                .header("ETag", not(equalTo(tag)));
        given().header("Range", "bytes=3-")
                .header("If-Range", "\"other\"")
                .get("/tasks/" + id + "/output")
                .then()
                .statusCode(200);
        String last = given().get("/tasks/" + id + "/output").header("ETag");
        given().header("If-None-Match", last)
                .get("/tasks/" + id + "/output")
                .then()
                .statusCode(304);
    }
}
