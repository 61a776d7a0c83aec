package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.http.Http.QUICK;
import static org.claudecluster.worker.http.Http.body;
import static org.claudecluster.worker.http.Http.isProblem;
import static org.claudecluster.worker.http.Http.json;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page of another origin may have its visitor's browser send: all of it is refused, and nothing is begun. */
@QuarkusTest
class ForeignRequestsTest {

    private static final String SUBMIT = body(QUICK, "");

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "Cross-Site", "of-next-year", ""})
    void a_browser_that_asks_for_another_site_is_refused(String site) {
        isProblem(json(SUBMIT).header("Sec-Fetch-Site", site).post("/run"), 403)
                .body("type", equalTo("urn:claudecluster:problem:cross-site"));
        for (String path : new String[] {"/hello", "/tasks", "/stream/x", "/q/metrics", "/q/openapi"}) {
            isProblem(given().header("Sec-Fetch-Site", site).get(path), 403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"same-origin", "none"})
    void its_own_page_and_its_user_are_not(String site) {
        json(SUBMIT)
                .header("Sec-Fetch-Site", site)
                .header("Origin", "https://ui.example")
                .post("/run")
                .then()
                .statusCode(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example", "null", "http://localhost.evil.example", "http://localhost:1", "file://"
            })
    void a_foreign_origin_is_refused(String origin) {
        isProblem(json(SUBMIT).header("Origin", origin).post("/run"), 403);
        isProblem(given().header("Origin", origin).options("/run"), 403);
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:3001, localhost:3001",
        "https://worker.localhost, worker.localhost",
        "https://LOCALHOST, localhost:443",
        "http://127.0.0.1:80, 127.0.0.1",
        "http://[::1]:3001, [::1]:3001",
    })
    void the_host_that_was_asked_is_not(String origin, String host) {
        json(SUBMIT)
                .header("Origin", origin)
                .header("Host", host)
                .post("/run")
                .then()
                .statusCode(202);
    }

    /** For its browser the page and the worker are one then. */
    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "evil.example:3001", "localhost.evil.example", "127.0.0.1.evil.example", "x"})
    void a_name_that_was_made_to_lead_here_is_refused(String host) {
        isProblem(
                        json(SUBMIT)
                                .header("Host", host)
                                .header("Origin", "http://" + host)
                                .header("Sec-Fetch-Site", "same-origin")
                                .post("/run"),
                        403)
                .body("type", equalTo("urn:claudecluster:problem:host-not-allowed"));
        given().header("Host", host).get("/q/health/live").then().statusCode(200);
    }

    @Test
    void health_is_told_to_whoever_asks() {
        given().header("Sec-Fetch-Site", "cross-site")
                .get("/q/health/live")
                .then()
                .statusCode(200);
        isProblem(given().header("Sec-Fetch-Site", "cross-site").get("/q/healthy"), 403);
    }

    /** A page may send that anywhere without being asked back. */
    @ParameterizedTest
    @ValueSource(strings = {"/run", "/tasks/00000000-0000-7000-8000-000000000000/cancel"})
    void a_body_without_a_type_is_refused(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                .POST(HttpRequest.BodyPublishers.ofString(SUBMIT))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(415);
            assertThat(answer.body()).contains("urn:claudecluster:problem:unsupported-media-type");
        }
    }
}
