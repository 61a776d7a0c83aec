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
import static org.claudecluster.worker.http.Http.status;
import static org.claudecluster.worker.http.Http.submit;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** One slot and room for two. */
@QuarkusTest
@TestProfile(NarrowSettings.class)
class QueueFullTest {

    @Test
    void a_full_queue_refuses_and_the_most_urgent_goes_first() {
        String running = submit(ENDLESS, "");
        await().until(() -> status(running).equals("running"));
        String later = submit("#stub\\nsleep 50", ",\"priority\":2");
        String sooner = json(body("#stub\\nsleep 50", ",\"priority\":9"))
                .header("Idempotency-Key", "sooner")
                .post("/run")
                .path("taskId");

        isProblem(json(body(QUICK, "")).post("/run"), 429)
                .header("Retry-After", equalTo("1"))
                .body("type", equalTo("urn:claudecluster:problem:queue-full"));
        json(body("#stub\\nsleep 50", ",\"priority\":9"))
                .header("Idempotency-Key", "sooner")
                .post("/run")
                .then()
                .statusCode(202)
                .body("taskId", equalTo(sooner));
        given().get("/hello").then().body("status", equalTo("busy"));

        cancel(running);
        String soonerEnd = Http.awaitEnd(sooner).path("finishedAt");
        String laterEnd = Http.awaitEnd(later).path("finishedAt");
        assertThat(soonerEnd).isLessThan(laterEnd);
        cancel(submit(QUICK, ""));
    }
}
