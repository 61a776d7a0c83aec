package org.claudecluster.worker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.task.Tenant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IssuerTest {

    private static final String URL = "https://issuer.example";
    private static final Issuer.KeySource KEYS =
            new Issuer.KeySource(Optional.empty(), Optional.empty(), Optional.empty());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tenant                         | {'tenant': 'acme'}                        | acme",
                "kubernetes.io/namespace        | {'kubernetes.io': {'namespace': 'acme'}}  | acme",
                "\"https://a.example/t\"        | {'https://a.example/t': 'acme'}           | acme",
                "\"a/b\"/c                      | {'a/b': {'c': 'acme'}}                    | acme",
                "tenant                         | {'tenant': 'a/../b'}                      | ",
                "tenant                         | {'tenant': ''}                            | ",
                "tenant                         | {'tenant': ['acme']}                      | ",
                "tenant                         | {'tenant': 7}                             | ",
                "tenant                         | {}                                        | ",
                "a/b                            | {'a': 'acme'}                             | ",
            })
    void a_claim_names_the_tenant_or_nobody_is_let_in(String path, String claims, String tenant) {
        Issuer issuer = issuer(
                new Issuer.TenantRule.Claim(ClaimPath.parse(path)), new Issuer.ScopeRule.Fixed(Set.of(Scope.READ)));

        assertThat(issuer.caller(json(claims)).map(caller -> caller.tenant().name()))
                .isEqualTo(Optional.ofNullable(tenant));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'scope': 'openid tasks:read  tasks:write'}  | tasks:read tasks:write",
                "{'scope': ['admin', 'profile']}              | admin",
                "{'scope': 'tasks:readtasks:write'}           | ''",
                "{'scope': 7}                                 | ''",
                "{}                                           | ''",
            })
    void a_claim_names_the_scopes_and_others_mean_nothing(String claims, String scopes) {
        Issuer issuer = issuer(
                new Issuer.TenantRule.Fixed(Tenant.DEFAULT), new Issuer.ScopeRule.Claim(ClaimPath.parse("scope")));

        assertThat(issuer.caller(json(claims)).orElseThrow().scopes())
                .extracting(Scope::wire)
                .containsExactlyInAnyOrder(scopes.isEmpty() ? new String[0] : scopes.split(" "));
    }

    @Test
    void a_caller_is_named_after_issuer_and_subject() {
        Issuer issuer =
                issuer(new Issuer.TenantRule.Fixed(Tenant.DEFAULT), new Issuer.ScopeRule.Fixed(Set.of(Scope.READ)));

        assertThat(issuer.caller(json("{'sub': 'a\\u2028\\u202eb'}"))
                        .orElseThrow()
                        .name())
                .isEqualTo("ci:a??b");
        assertThat(issuer.caller(json("{'sub': '" + "x".repeat(500) + "'}"))
                        .orElseThrow()
                        .name())
                .hasSize(Caller.MAX_NAME);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'owner': 'acme', 'in': {'ref': 'main'}}            | true",
                "{'owner': ['else', 'acme'], 'in': {'ref': 'main'}}  | true",
                "{'owner': 'acme'}                                   | false",
                "{'owner': 'Acme', 'in': {'ref': 'main'}}            | false",
                "{'owner': ['a', 'cme'], 'in': {'ref': 'main'}}      | false",
                "{'owner': {'acme': 'acme'}, 'in': {'ref': 'main'}}  | false",
                "{'owner': null, 'in': {'ref': 'main'}}              | false",
                "{}                                                  | false",
            })
    void whoever_lacks_a_required_claim_is_not_let_in(String claims, boolean isLetIn) {
        Issuer issuer = new Issuer(
                "ci",
                URL,
                "worker",
                new Issuer.TenantRule.Fixed(Tenant.DEFAULT),
                new Issuer.ScopeRule.Fixed(Set.of(Scope.READ)),
                List.of(Issuer.RequiredClaim.parse("owner=acme"), Issuer.RequiredClaim.parse("in/ref=main")),
                KEYS);

        assertThat(issuer.caller(json(claims)).isPresent()).isEqualTo(isLetIn);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "=a", "a=", "a//b=c"})
    void what_is_no_required_claim_is_refused(String text) {
        assertThatThrownBy(() -> Issuer.RequiredClaim.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a/", "/a", "a//b", "\"a", "\"\"", "\"a\"b"})
    void what_is_no_path_of_claims_is_refused(String path) {
        assertThatThrownBy(() -> ClaimPath.parse(path)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'sub': ''}", "{'sub': ' '}", "{'sub': null}", "{'sub': 7}", "{'sub': ['me']}"})
    void whoever_has_no_name_is_nobody(String claims) {
        Issuer issuer =
                issuer(new Issuer.TenantRule.Fixed(Tenant.DEFAULT), new Issuer.ScopeRule.Fixed(Set.of(Scope.READ)));

        assertThat(issuer.caller(json(claims))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "any"})
    void an_audience_must_be_named(String audience) {
        assertThatThrownBy(() -> new Issuer(
                        "ci",
                        URL,
                        audience,
                        new Issuer.TenantRule.Fixed(Tenant.DEFAULT),
                        new Issuer.ScopeRule.Fixed(Set.of(Scope.READ)),
                        List.of(),
                        KEYS))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_token_names_its_issuer() {
        Issuer issuer =
                issuer(new Issuer.TenantRule.Fixed(Tenant.DEFAULT), new Issuer.ScopeRule.Fixed(Set.of(Scope.READ)));
        Issuers issuers = new Issuers(List.of(issuer));

        assertThat(issuers.of(token("{\"iss\": \"" + URL + "\"}"))).contains(issuer);
        assertThat(issuers.of(token("{\"iss\": \"" + URL + "/\"}"))).isEmpty();
        assertThat(issuers.of(token("{\"iss\": [\"" + URL + "\"]}"))).isEmpty();
        assertThat(issuers.of(token("{}"))).isEmpty();
        assertThat(issuers.of(token("{"))).isEmpty();
        assertThat(issuers.of("a.b.c")).isEmpty();
        assertThat(issuers.of("a..c.d")).isEmpty();
        assertThat(issuers.of("")).isEmpty();
    }

    @Test
    void two_issuers_of_one_url_are_refused() {
        Issuer issuer =
                issuer(new Issuer.TenantRule.Fixed(Tenant.DEFAULT), new Issuer.ScopeRule.Fixed(Set.of(Scope.READ)));

        assertThatThrownBy(() -> new Issuers(List.of(issuer, issuer))).isInstanceOf(IllegalArgumentException.class);
    }

    private static Issuer issuer(Issuer.TenantRule tenant, Issuer.ScopeRule scopes) {
        return new Issuer("ci", URL, "worker", tenant, scopes, List.of(), KEYS);
    }

    private static String token(String claims) {
        return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".x";
    }

    private static JsonNode json(String text) {
        try {
            JsonNode claims = new ObjectMapper().readTree(text.replace('\'', '"'));
            return claims.has("sub") ? claims : ((ObjectNode) claims).put("sub", "me");
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
