package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.claudecluster.worker.http.Http.QUICK;
import static org.claudecluster.worker.http.Http.body;
import static org.claudecluster.worker.http.Http.cancel;
import static org.claudecluster.worker.http.Http.isProblem;
import static org.claudecluster.worker.http.Http.json;
import static org.claudecluster.worker.http.Http.submit;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.claudecluster.worker.store.database.Database;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store will never take is the caller's to mend. */
@QuarkusTest
class RejectedTest {

    @Inject
    Database database;

    @BeforeEach
    void refuseOnePrompt() throws SQLException {
        sql("ALTER TABLE task ADD CONSTRAINT no_poison CHECK (prompt NOT LIKE '%poison%')");
    }

    @AfterEach
    void refuseNothing() throws SQLException {
        sql("ALTER TABLE task DROP CONSTRAINT no_poison");
    }

    @Test
    void a_submit_that_the_store_rejects_is_an_invalid_request_and_the_worker_stays_ready() {
        isProblem(json(body("poison and a secret", "")).post("/run"), 400)
                .body("type", equalTo("urn:claudecluster:problem:invalid-request"))
                .body("detail", containsString("the store rejects it"))
                .body("detail", not(containsString("secret")));

        given().get("/q/health/ready").then().statusCode(200);
        cancel(submit(QUICK, ""));
    }

    private void sql(String sql) throws SQLException {
        try (Connection connection = database.connections().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
