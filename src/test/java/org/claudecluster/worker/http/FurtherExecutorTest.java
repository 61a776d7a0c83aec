package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.claudecluster.worker.http.Http.awaitEnd;
import static org.claudecluster.worker.http.Http.isInvalid;
import static org.claudecluster.worker.http.Http.json;
import static org.claudecluster.worker.http.Http.submit;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Shows that one class makes one more executor. */
@QuarkusTest
@TestProfile(FurtherExecutorTest.Echo.class)
class FurtherExecutorTest {

    /** Asks for the further executor by its name; with a credential, since it is no simulation. */
    public static class Echo implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    EchoExecutor.IS_THERE,
                    "true",
                    "worker.executor.type",
                    "echo",
                    "worker.task.env.ANTHROPIC_API_KEY",
                    "none");
        }
    }

    @Test
    void it_runs_tasks_under_its_name() {
        String id = submit("to be echoed", "");

        awaitEnd(id)
                .then()
                .body("status", equalTo("completed"))
                .body("executorType", equalTo("echo"))
                .body("simulated", equalTo(false))
                .body("attempts[0].executorType", equalTo("echo"));
        given().get("/tasks/" + id + "/output").then().body(containsString("to be echoed"));
        given().get("/q/metrics")
                .then()
                .body(containsString(
                        "worker_tasks_finished_total{executor=\"echo\",reason=\"none\",status=\"completed\"}"));
    }

    @Test
    void the_worker_tells_that_it_is_active_and_ready() {
        given().get("/pty/status")
                .then()
                .body("executorType", equalTo("echo"))
                .body("requestedExecutorType", equalTo("echo"))
                .body("ptyAvailable", equalTo(false));
        given().get("/hello").then().body("capabilities.executorType", equalTo("echo"));
        given().get("/q/health/ready")
                .then()
                .body("checks.find { it.name == 'executor' }.data.executorType", equalTo("echo"));
    }

    @Test
    void it_can_be_switched_away_from_and_back_to() {
        switchTo("stub", "stub");
        switchTo("echo", "echo");
        isInvalid(json("{\"executorType\":\"rocket\"}").post("/pty/switch"), "executorType")
                .body(containsString("auto, echo, pty, stub"));
    }

    private static void switchTo(String wanted, String active) {
        json("{\"executorType\":\"" + wanted + "\"}")
                .post("/pty/switch")
                .then()
                .statusCode(200)
                .body("newConfig.executorType", equalTo(active));
    }
}
