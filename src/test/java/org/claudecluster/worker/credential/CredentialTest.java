package org.claudecluster.worker.credential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialTest {

    private static final Map<String, String> ALL = Map.of(
            "ANTHROPIC_API_KEY", "key-value",
            "ANTHROPIC_AUTH_TOKEN", "auth-value",
            "CLAUDE_CODE_OAUTH_TOKEN", "oauth-value");

    @ParameterizedTest
    @CsvSource({
        "'', api_key",
        "ANTHROPIC_API_KEY, auth_token",
        "ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN, oauth_token",
        "ANTHROPIC_API_KEY CLAUDE_CODE_OAUTH_TOKEN, auth_token",
        "ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN CLAUDE_CODE_OAUTH_TOKEN, none"
    })
    void the_first_in_the_cli_s_order_counts(String absent, String kind) {
        Map<String, String> environment = new HashMap<>(ALL);
        environment.keySet().removeAll(java.util.List.of(absent.split(" ")));
        assertThat(Credential.from(environment).kind()).isEqualTo(kind);
    }

    @Test
    void a_blank_value_is_none() {
        assertThat(Credential.from(Map.of("ANTHROPIC_API_KEY", "  ", "CLAUDE_CODE_OAUTH_TOKEN", "t"))
                        .kind())
                .isEqualTo("oauth_token");
    }

    @Test
    void a_line_end_from_a_secret_s_file_is_no_part_of_the_key() {
        Credential key = Credential.from(Map.of("ANTHROPIC_API_KEY", "key-value\n"));
        assertThat(key.secret()).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo("key-value".getBytes(UTF_8)));
    }

    @ParameterizedTest
    @CsvSource({
        "ANTHROPIC_API_KEY, CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR",
        "CLAUDE_CODE_OAUTH_TOKEN, CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR"
    })
    void keys_and_tokens_go_by_descriptor_3_and_not_by_environment(String name, String variable) {
        Credential credential = Credential.from(Map.of(name, "secret-value"));
        assertThat(credential.environment()).containsOnly(Map.entry(variable, "3"));
        assertThat(credential.secret())
                .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo("secret-value".getBytes(UTF_8)));
    }

    @Test
    void a_gateway_s_token_goes_by_environment_since_the_cli_takes_it_no_other_way() {
        Credential credential = Credential.from(Map.of("ANTHROPIC_AUTH_TOKEN", "secret-value"));
        assertThat(credential.environment()).containsOnly(Map.entry("ANTHROPIC_AUTH_TOKEN", "secret-value"));
        assertThat(credential.secret()).isEmpty();
    }

    @Test
    void a_workload_s_identity_is_a_credential_when_rule_and_organization_are_named() {
        Map<String, String> environment = Map.of(
                "ANTHROPIC_FEDERATION_RULE_ID", "fdrl_1",
                "ANTHROPIC_ORGANIZATION_ID", "org",
                "ANTHROPIC_SERVICE_ACCOUNT_ID", "svac_1",
                "ANTHROPIC_IDENTITY_TOKEN_FILE", "/var/run/secrets/anthropic/token");
        Credential credential = Credential.from(environment);
        assertThat(credential.kind()).isEqualTo("federation");
        assertThat(credential.environment()).isEqualTo(environment);
        assertThat(credential.files()).containsExactly(java.nio.file.Path.of("/var/run/secrets/anthropic/token"));
        Map<String, String> half = new HashMap<>(environment);
        half.remove("ANTHROPIC_ORGANIZATION_ID");
        assertThat(Credential.from(half)).isEqualTo(new Credential.None());
    }

    @ParameterizedTest
    @CsvSource({
        "CLAUDE_CODE_USE_BEDROCK, bedrock",
        "CLAUDE_CODE_USE_VERTEX, vertex",
        "CLAUDE_CODE_USE_FOUNDRY, foundry",
        "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD, anthropic_google_cloud"
    })
    void another_provider_has_credentials_of_its_own(String name, String kind) {
        assertThat(Credential.from(Map.of(name, "1"))).isEqualTo(new Credential.Provider(kind));
        assertThat(Credential.from(Map.of(name, "True ")).environment()).containsOnly(Map.entry(name, "1"));
        assertThat(Credential.from(Map.of(name, "0"))).isEqualTo(new Credential.None());
        assertThat(Credential.from(Map.of(name, "no"))).isEqualTo(new Credential.None());
    }

    @Test
    void a_provider_that_is_chosen_beats_a_key_as_it_does_for_the_cli() {
        assertThat(Credential.from(Map.of("CLAUDE_CODE_USE_BEDROCK", "1", "ANTHROPIC_API_KEY", "k"))
                        .kind())
                .isEqualTo("bedrock");
    }

    @Test
    void without_any_the_cli_uses_its_own_directory() {
        assertThat(Credential.from(Map.of())).isEqualTo(new Credential.None());
        assertThat(new Credential.None().environment()).isEmpty();
        assertThat(new Credential.None().secret()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"})
    void the_text_form_shows_no_secret(String name) {
        assertThat(Credential.from(Map.of(name, "secret-value")).toString()).doesNotContain("secret-value");
    }
}
