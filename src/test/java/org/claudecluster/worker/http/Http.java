package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;

/** What the HTTP tests say again and again. */
final class Http {

    static final String QUICK = "#stub\\nprint done";
    static final String ENDLESS = "#stub\\nprint begun\\nsleep 600000";

    private Http() {}

    static RequestSpecification json(String body) {
        return given().contentType(ContentType.JSON).body(body);
    }

    static String body(String prompt, String more) {
        return "{\"prompt\":\"" + prompt + "\"" + more + "}";
    }

    /** Submits and answers the task's id. */
    static String submit(String prompt, String more) {
        return json(body(prompt, more))
                .post("/run")
                .then()
                .statusCode(202)
                .extract()
                .path("taskId");
    }

    static Response awaitEnd(String id) {
        return given().get("/tasks/" + id + "?wait=30s");
    }

    static String status(String id) {
        return given().get("/tasks/" + id).path("status");
    }

    static void cancel(String id) {
        given().post("/tasks/" + id + "/cancel");
        awaitEnd(id);
    }

    /** Every refusal has this shape, whoever made it. */
    static ValidatableResponse isProblem(Response response, int status) {
        return response.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", startsWith("urn:claudecluster:problem:"))
                .body("title", notNullValue())
                .body("status", equalTo(status))
                .body("detail", notNullValue())
                .body("instance", startsWith("/"));
    }

    static ValidatableResponse isInvalid(Response response, String field) {
        return isProblem(response, 400)
                .body("type", equalTo("urn:claudecluster:problem:invalid-request"))
                .body("errors.field", hasItem(field));
    }
}
