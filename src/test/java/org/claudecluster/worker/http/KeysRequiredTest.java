package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.http.Http.QUICK;
import static org.claudecluster.worker.http.Http.body;
import static org.claudecluster.worker.http.Http.isProblem;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.claudecluster.worker.access.AccessKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where everybody is asked for a key: each operation of the OpenAPI document, with each kind of key and without. */
@QuarkusTest
@TestProfile(KeysRequired.class)
class KeysRequiredTest {

    private static final String SOME_ID = "01a20af2-4230-766c-97b2-0aade692c40b";

    private static final Map<String, String> KEY_WITH = Map.of(
            "tasks:read", KeysRequired.READER,
            "tasks:write", KeysRequired.WRITER,
            "terminal:control", KeysRequired.TERMINAL,
            "admin", KeysRequired.ADMIN);

    /** An operation and the scope that it needs. */
    record Operation(String verb, String path, String scope) {

        Response with(String key) {
            return send(given().header("Authorization", "Bearer " + key));
        }

        Response send(RequestSpecification request) {
            return request.contentType(ContentType.JSON)
                    .body(verb.equals("GET") ? "" : "{}")
                    .request(verb, path.replace("{id}", SOME_ID).replace("{path}", "a"));
        }

        @Override
        public String toString() {
            return verb + " " + path;
        }
    }

    static Stream<Operation> operations() throws Exception {
        JsonNode document = new ObjectMapper().readTree(Files.readString(Path.of("target/openapi/openapi.json")));
        List<Operation> operations = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (!path.getKey().equals("/hello")) {
                        operations.add(new Operation(
                                operation.getKey().toUpperCase(java.util.Locale.ROOT),
                                path.getKey(),
                                operation.getValue().at("/security/0/key/0").asText("none")));
                    }
                }));
        return operations.stream();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void an_operation_names_its_scope(Operation operation) {
        assertThat(KEY_WITH).containsKey(operation.scope());
    }

    @ParameterizedTest
    @MethodSource("operations")
    void without_a_key_it_is_refused(Operation operation) {
        isProblem(operation.send(given()), 401)
                .header("WWW-Authenticate", "Bearer")
                .body("type", equalTo("urn:claudecluster:problem:unauthorized"))
                .body("detail", containsString("docs/access.md"));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void with_an_unknown_or_expired_key_it_is_refused(Operation operation) {
        for (String key : List.of(AccessKey.random(), KeysRequired.EXPIRED, "ccw_", "sk-ant-x", "a.b.c")) {
            isProblem(operation.with(key), 401)
                    .header("WWW-Authenticate", "Bearer")
                    .body("type", equalTo("urn:claudecluster:problem:unauthorized"))
                    .body("detail", not(containsString(key)));
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void with_another_scope_it_is_forbidden(Operation operation) {
        KEY_WITH.forEach((scope, key) -> {
            if (!scope.equals(operation.scope()) && !scope.equals("admin")) {
                isProblem(operation.with(key), 403)
                        .body("type", equalTo("urn:claudecluster:problem:forbidden"))
                        .body("detail", containsString(operation.scope()));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("operations")
    void with_its_scope_or_as_admin_it_is_served(Operation operation) {
        for (String key : List.of(KEY_WITH.get(operation.scope()), KeysRequired.ADMIN)) {
            assertThat(operation.with(key).statusCode()).isNotIn(401, 403).isLessThan(500);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nothing",
                "//tasks",
                "/tasks/",
                "/tasks;x=1",
                "/%74asks",
                "/q",
                "/q/",
                "/q/nothing",
                "/q/health/../../tasks",
                "/q/health/%2e%2e/%2e%2e/tasks",
                "/q/healthy",
                "/hello/",
                "/hello/x",
                "/hello;x",
                "/q/openapi.json.x"
            })
    void what_is_not_open_to_everybody_is_closed(String path) {
        isProblem(given().urlEncodingEnabled(false).get(path), 401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/q/health", "/q/health/live", "/q/health/ready", "/q/health/started", "/q/openapi", "/q/metrics"
            })
    void probes_metrics_and_the_document_are_open(String path) {
        given().get(path).then().statusCode(200);
        given().header("Sec-Fetch-Site", "cross-site").get(path).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/swagger-ui/", "/hello", "/tasks", "/q/openapi"})
    void no_page_may_frame_an_answer(String path) {
        given().get(path)
                .then()
                .header("X-Frame-Options", "DENY")
                .header("Content-Security-Policy", "frame-ancestors 'none'")
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer");
    }

    @Test
    void probes_do_not_care_what_they_bring() {
        given().header("Authorization", "Bearer ccw_x")
                .get("/q/health/live")
                .then()
                .statusCode(200);
    }

    @Test
    void hello_tells_strangers_no_more_than_that_somebody_is_there() {
        given().get("/hello")
                .then()
                .statusCode(200)
                .body("keySet().size()", is(3))
                .body("status", equalTo("available"))
                .body("id", nullValue());
        given().header("Authorization", "Bearer " + KeysRequired.TERMINAL)
                .get("/hello")
                .then()
                .statusCode(200)
                .body("id", nullValue());
        given().header("Authorization", "Bearer " + KeysRequired.READER)
                .get("/hello")
                .then()
                .statusCode(200)
                .body("capabilities.maxConcurrentTasks", is(5));
        isProblem(given().header("Authorization", "Bearer ccw_x").get("/hello"), 401);
    }

    @Test
    void a_caller_is_told_who_it_is() {
        given().header("Authorization", "bearer  " + KeysRequired.OTHER)
                .get("/whoami")
                .then()
                .statusCode(200)
                .body("name", equalTo("other"))
                .body("kind", equalTo("key"))
                .body("tenant", equalTo("other"))
                .body("scopes", equalTo(List.of("tasks:read", "tasks:write")));
    }

    @Test
    void only_an_admin_asks_for_another_tenant() {
        given().header("Authorization", "Bearer " + KeysRequired.ADMIN)
                .get("/whoami?tenant=other")
                .then()
                .statusCode(200)
                .body("tenant", equalTo("other"));
        isProblem(
                        given().header("Authorization", "Bearer " + KeysRequired.OTHER)
                                .get("/whoami?tenant=default"),
                        403)
                .body("detail", containsString("admin"));
        isProblem(
                        given().header("Authorization", "Bearer " + KeysRequired.ADMIN)
                                .get("/whoami?tenant=a/../b"),
                        400)
                .body("errors[0].field", equalTo("tenant"));
    }

    @Test
    void tasks_are_their_tenants_and_an_admin_s_who_asks_for_them() {
        String id = given().header("Authorization", "Bearer " + KeysRequired.OTHER)
                .contentType(ContentType.JSON)
                .body(body(QUICK, ",\"labels\":{\"of\":\"other\"}"))
                .post("/run")
                .then()
                .statusCode(202)
                .body("tenant", equalTo("other"))
                .body("submittedBy", equalTo("other"))
                .extract()
                .path("taskId");

        for (String path : List.of("", "/output", "/events", "/diff", "/artifacts")) {
            isProblem(with(KeysRequired.ADMIN).get("/tasks/" + id + path), 404);
        }
        isProblem(with(KeysRequired.READER).get("/tasks/" + id + "?tenant=other"), 403);
        isProblem(with(KeysRequired.ADMIN).get("/stream/" + id), 404);
        isProblem(with(KeysRequired.WRITER).post("/tasks/" + id + "/cancel"), 404);
        isProblem(with(KeysRequired.WRITER).delete("/tasks/" + id), 404);
        with(KeysRequired.ADMIN)
                .get("/tasks/" + id + "?tenant=other&wait=10s")
                .then()
                .statusCode(200)
                .body("status", equalTo("completed"));
        with(KeysRequired.ADMIN)
                .get("/tasks?tenant=other&limit=1")
                .then()
                .statusCode(200)
                .body("tasks[0].tenant", equalTo("other"));
        with(KeysRequired.READER).get("/tasks?label.of=other").then().body("tasks.size()", is(0));
    }

    private static RequestSpecification with(String key) {
        return given().header("Authorization", "Bearer " + key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic dXNlcjpwYXNz", "ccw_x", "Bearer", "Bearer a b", "Digest x", ""})
    void what_is_no_bearer_is_refused(String header) {
        isProblem(given().header("Authorization", header).get("/tasks"), 401);
    }

    @Test
    void two_credentials_are_none() {
        isProblem(
                        given().header("Authorization", "Bearer " + KeysRequired.ADMIN, "Bearer " + KeysRequired.ADMIN)
                                .get("/tasks"),
                        401)
                .body("detail", containsString("two Authorization headers"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"access_token", "token", "key", "authorization"})
    void a_key_in_the_url_is_not_read(String parameter) {
        isProblem(given().queryParam(parameter, KeysRequired.ADMIN).get("/tasks"), 401);
    }

    /** Nothing of a browser or a proxy counts where a key speaks. */
    @Test
    void a_key_speaks_for_itself() {
        given().header("Authorization", "Bearer " + KeysRequired.WRITER)
                .header("Host", "worker.evil.example")
                .header("X-Forwarded-For", "10.0.0.1")
                .contentType(ContentType.JSON)
                .body(body(QUICK, ""))
                .post("/run")
                .then()
                .statusCode(202);
    }
}
