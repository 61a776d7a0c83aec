package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.claudecluster.worker.http.Http.isProblem;
import static org.claudecluster.worker.http.TokensAccepted.CLAIMING;
import static org.claudecluster.worker.http.TokensAccepted.SETTLED;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens of two issuers. In order, since an issuer whose keys are known is needed no more. */
@QuarkusTest
@TestProfile(TokensAccepted.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TokensAcceptedTest {

    @Test
    @Order(1)
    void an_issuer_that_was_never_reached_is_away_and_the_other_is_not() {
        CLAIMING.goAway();
        isProblem(with(CLAIMING.token()), 503)
                .header("Retry-After", "1")
                .body("type", equalTo("urn:claudecluster:problem:issuer-unavailable"));
        with(SETTLED.token()).then().statusCode(200);
        given().get("/q/health/live").then().statusCode(200);

        CLAIMING.comeBack();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> with(CLAIMING.token()).statusCode() == 200);
    }

    @Test
    @Order(2)
    void a_token_tells_its_tenant_and_its_scopes() {
        with(CLAIMING.token())
                .then()
                .statusCode(200)
                .body("name", equalTo("claiming:me"))
                .body("kind", equalTo("token"))
                .body("tenant", equalTo("acme"))
                .body("scopes", equalTo(List.of("tasks:read", "tasks:write")));
    }

    @Test
    @Order(2)
    void or_the_configuration_does_whatever_the_token_claims() {
        with(SETTLED.sign(SETTLED.claims().claim("scope", "admin")))
                .then()
                .statusCode(200)
                .body("tenant", equalTo("settled"))
                .body("scopes", equalTo(List.of("tasks:read")));
        isProblem(given().header("Authorization", "Bearer " + SETTLED.token()).get("/workers"), 403);
    }

    @Test
    @Order(2)
    void an_issuer_that_asks_who_asks_is_told() {
        with(SETTLED.token()).then().statusCode(200);

        assertThat(SETTLED.askedBy).contains("/keys Bearer of-the-pod");
        assertThat(CLAIMING.askedBy).allMatch(asked -> asked.endsWith(" null"));
    }

    @Test
    @Order(2)
    void the_stream_is_asked_for_by_token_as_well() {
        String path = "/stream/01a20af2-4230-766c-97b2-0aade692c40b";

        isProblem(given().header("Authorization", "Bearer " + CLAIMING.token()).get(path), 404);
        isProblem(
                given().header(
                                "Authorization",
                                "Bearer " + CLAIMING.sign(CLAIMING.claims().claim("scope", "openid")))
                        .get(path),
                403);
    }

    static Stream<Arguments> tokensOfNobody() {
        return Stream.of(
                nobodys("another audience", CLAIMING.sign(CLAIMING.claims().audience("other"))),
                nobodys("no audience", CLAIMING.sign(CLAIMING.claims().audience(Set.of()))),
                nobodys(
                        "expired",
                        CLAIMING.sign(CLAIMING.claims().expiresAt(Instant.now().minusSeconds(60)))),
                nobodys("signed by another", SETTLED.sign(CLAIMING.claims())),
                nobodys("an unknown issuer", CLAIMING.sign(CLAIMING.claims().issuer("https://evil.example"))),
                nobodys("no tenant", CLAIMING.sign(CLAIMING.claims().claim("tenant", ""))),
                nobodys(
                        "a tenant that is a path",
                        CLAIMING.sign(CLAIMING.claims().claim("tenant", "a/../b"))),
                nobodys("no required claim", SETTLED.sign(SETTLED.claims().claim("tenant", "other"))),
                nobodys("no signature", unsigned(CLAIMING.token())),
                nobodys("of alg none", algNone(CLAIMING.token())),
                nobodys("changed", CLAIMING.token().replaceFirst("\\.[^.]*$", ".AAAA")));
    }

    private static Arguments nobodys(String name, String token) {
        return Arguments.of(name, token);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokensOfNobody")
    @Order(3)
    void a_token_that_is_not_valid_here_lets_nobody_in(String name, String token) {
        isProblem(with(token), 401)
                .header("WWW-Authenticate", "Bearer")
                .body("type", equalTo("urn:claudecluster:problem:unauthorized"));
    }

    @Test
    @Order(3)
    void a_worker_with_issuers_asks_everybody() {
        isProblem(given().get("/whoami"), 401).body("detail", containsString("issuer"));
    }

    @Test
    @Order(4)
    void a_new_key_of_an_issuer_counts_at_once_and_the_old_one_no_more() {
        String before = CLAIMING.token();
        CLAIMING.rotate();

        with(CLAIMING.token()).then().statusCode(200);
        isProblem(with(before), 401);
    }

    @Test
    @Order(5)
    void while_an_issuer_is_away_its_known_keys_count() {
        CLAIMING.goAway();
        with(CLAIMING.token()).then().statusCode(200);
        CLAIMING.comeBack();
    }

    private static Response with(String token) {
        return given().header("Authorization", "Bearer " + token).get("/whoami");
    }

    private static String unsigned(String token) {
        return token.substring(0, token.lastIndexOf('.') + 1);
    }

    private static String algNone(String token) {
        String header = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8));
        return unsigned(token.replaceFirst("^[^.]*", header));
    }
}
