package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.claudecluster.worker.http.Http.ENDLESS;
import static org.claudecluster.worker.http.Http.QUICK;
import static org.claudecluster.worker.http.Http.body;
import static org.claudecluster.worker.http.Http.cancel;
import static org.claudecluster.worker.http.Http.isProblem;
import static org.claudecluster.worker.http.Http.json;
import static org.claudecluster.worker.http.Http.submit;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Room for two streams, and a comment every 200 ms. */
@QuarkusTest
@TestProfile(NarrowSettings.class)
class StreamLimitsTest {

    /** Reads a stream until it is closed. */
    private static final class Viewer implements AutoCloseable {

        private final BufferedReader lines;

        Viewer(String task) throws IOException {
            lines = new BufferedReader(new InputStreamReader(
                    URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/stream/" + task)
                            .toURL()
                            .openStream(),
                    StandardCharsets.UTF_8));
        }

        List<String> read(int count) throws IOException {
            List<String> read = new ArrayList<>();
            while (read.size() < count) {
                String line = lines.readLine();
                assertThat(line).as("the stream goes on after " + read).isNotNull();
                read.add(line);
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    @Test
    void a_silent_stream_gets_comments() throws IOException {
        String task = submit(ENDLESS, "");
        try (Viewer viewer = new Viewer(task)) {
            List<String> lines = viewer.read(20);
            assertThat(lines).filteredOn(": keep-alive"::equals).hasSizeGreaterThanOrEqualTo(2);
        }
        cancel(task);
    }

    @Test
    void one_stream_too_many_is_refused_and_a_place_is_free_again_when_a_viewer_goes() throws IOException {
        String task = submit(ENDLESS, "");
        try (Viewer first = new Viewer(task)) {
            first.read(1);
            try (Viewer second = new Viewer(task)) {
                second.read(1);
                isProblem(given().get("/stream/" + task), 503)
                        .header("Retry-After", equalTo("1"))
                        .body("type", equalTo("urn:claudecluster:problem:too-many-streams"));
            }
            await().untilAsserted(() -> {
                try (Viewer third = new Viewer(task)) {
                    third.read(1);
                }
            });
        }
        cancel(task);
    }

    @Test
    void requests_that_wait_share_the_places_and_a_refused_one_leaves_no_task() throws Exception {
        String task = submit(ENDLESS, "");
        CompletableFuture<Integer> waits = CompletableFuture.supplyAsync(
                () -> given().get("/tasks/" + task + "?wait=60s").statusCode());
        try (Viewer viewer = new Viewer(task)) {
            viewer.read(1);
            await().untilAsserted(() ->
                    isProblem(given().get("/tasks/" + task + "?wait=60s"), 503).header("Retry-After", equalTo("1")));
            int before = tasks();
            isProblem(json(body(QUICK, "")).post("/run?wait=60s"), 503);
            assertThat(tasks()).isEqualTo(before);
            json(body(QUICK, "")).post("/run").then().statusCode(202);
        }
        given().post("/tasks/" + task + "/cancel");
        assertThat(waits.get()).isEqualTo(200);
    }

    private static int tasks() {
        return given().get("/tasks?limit=500").jsonPath().getList("tasks").size();
    }
}
