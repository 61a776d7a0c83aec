package org.claudecluster.worker.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialFileTest {

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("config.json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"apiKey":"k"}                                                | api_key     | CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR
            {"api_key":" k\\n"}                                           | api_key     | CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR
            {"ANTHROPIC_API_KEY":"k","comment":"of the team"}             | api_key     | CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR
            {"primaryApiKey":"k","projects":{},"env":{"A":"b"}}           | api_key     | CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR
            {"oauthToken":"k"}                                            | oauth_token | CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR
            {"CLAUDE_CODE_OAUTH_TOKEN":"k"}                               | oauth_token | CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR
            """)
    void keys_and_long_lived_tokens_go_by_descriptor(String json, String kind, String variable) throws IOException {
        Credential credential = ready(json);
        assertThat(credential.kind()).isEqualTo(kind);
        assertThat(credential.environment()).containsOnly(Map.entry(variable, "3"));
        assertThat(credential.secret())
                .hasValueSatisfying(secret -> assertThat(secret).asString().isEqualTo("k"));
    }

    @ParameterizedTest
    @CsvSource({"authToken", "ANTHROPIC_AUTH_TOKEN"})
    void a_gateway_s_token_goes_by_environment_with_its_address(String name) throws IOException {
        Credential credential =
                ready("{\"%s\":\"t\",\"ANTHROPIC_BASE_URL\":\"https://gateway:8443/v\"}".formatted(name));
        assertThat(credential.kind()).isEqualTo("auth_token");
        assertThat(credential.environment())
                .containsOnly(
                        Map.entry("ANTHROPIC_AUTH_TOKEN", "t"),
                        Map.entry("ANTHROPIC_BASE_URL", "https://gateway:8443/v"));
        assertThat(credential.secret()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"apiKeyHelper":"/opt/helper --for claude"}
            {"env":{"ANTHROPIC_API_KEY":"k"}}
            {"env":{"CLAUDE_CODE_USE_BEDROCK":"1","AWS_REGION":"eu-central-1"},"model":"sonnet"}
            """)
    void settings_are_given_to_the_cli_as_they_are(String json) throws IOException {
        Credential credential = ready(json);
        assertThat(credential.kind()).isEqualTo("settings");
        assertThat(credential.settings())
                .hasValueSatisfying(bytes -> assertThat(bytes).asString().isEqualTo(json));
    }

    @Test
    void settings_that_choose_a_provider_bring_its_variables_along() throws IOException {
        assertThat(ready("{\"env\":{\"CLAUDE_CODE_USE_VERTEX\":\"true\",\"CLAUDE_CODE_USE_BEDROCK\":\"0\"}}")
                        .environment())
                .containsOnly(Map.entry("CLAUDE_CODE_USE_VERTEX", "1"));
        assertThat(ready("{\"env\":{\"ANTHROPIC_API_KEY\":\"k\"}}").environment())
                .isEmpty();
    }

    @Test
    void a_login_has_to_be_imported_since_its_tokens_rotate() throws IOException {
        assertThat(shape("""
                {"claudeAiOauth":{"accessToken":"a","refreshToken":"r","expiresAt":1,"scopes":["user:inference"]}}
                """)).isInstanceOf(CredentialFileShape.Rotating.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                          | it is empty
            `  `                                        | it is empty
            {"apiKey"                                   | it is not JSON (line 1, column
            {"apiKey":"k"} x                            | it is not JSON (line 1, column
            ["k"]                                       | it is JSON, but no object
            {}                                          | it has no shape that is known
            {"token":"s3cret"}                          | it has no shape that is known
            {"apiKey":""}                               | apiKey must be a text that is not empty
            {"apiKey":7}                                | apiKey must be a text that is not empty
            {"apiKey":"s3cret in two"}                  | apiKey has a blank or a character that no key has
            {"apiKey":"s3cret","oauthToken":"s3cret"}   | it names more than one credential (apiKey, oauthToken)
            {"apiKey":"s3cret","env":{}}                | it is settings, but names apiKey at the top
            {"authToken":"s3cret","ANTHROPIC_BASE_URL":"ftp://x"} | ANTHROPIC_BASE_URL must be an http or https address
            {"env":{"FOO":"s3cret"}}                    | env names no credential
            {"env":{"ANTHROPIC_API_KEY":""}}            | env names no credential
            {"apiKeyHelper":["s3cret"]}                 | apiKeyHelper must be a command
            {"oauthAccount":{},"projects":{}}           | it is a .claude.json without primaryApiKey
            {"claudeAiOauth":"s3cret"}                  | claudeAiOauth: must be an object
            {"claudeAiOauth":{"accessToken":"","refreshToken":"","expiresAt":0,"scopes":["x"]}} | claudeAiOauth has no accessToken
            {"claudeAiOauth":{"accessToken":"s3cret"}}  | claudeAiOauth.scopes is missing
            {"claudeAiOauth":{"accessToken":"s3cret","expiresAt":"soon","scopes":["x"]}} | claudeAiOauth: expiresAt must be
            """)
    void what_is_of_no_use_is_refused_with_a_reason_that_shows_nothing_of_it(String json, String why)
            throws IOException {
        Files.writeString(file, json);
        assertThat(CredentialFile.read(file))
                .isInstanceOfSatisfying(
                        CredentialFile.Refused.class,
                        refused -> assertThat(refused.why())
                                .startsWith(why)
                                .doesNotContain("s3cret")
                                .doesNotContain("\n"));
    }

    @Test
    void what_is_too_large_or_no_file_is_refused() throws IOException {
        Files.writeString(file, " ".repeat(CredentialFile.MAX_BYTES) + "{\"apiKey\":\"k\"}");
        assertThat(CredentialFile.read(file)).isEqualTo(new CredentialFile.Refused("it is larger than 64 KiB"));
        assertThat(CredentialFile.read(directory))
                .isEqualTo(new CredentialFile.Refused("it is a directory: name the file in it"));
        assertThat(CredentialFile.read(Path.of("/dev/null")))
                .isEqualTo(new CredentialFile.Refused("it is no regular file"));
        Files.writeString(file, "{\"apiKey\":\"" + "k".repeat(CredentialFileShape.MAX_SECRET + 1) + "\"}");
        assertThat(CredentialFile.read(file)).asString().contains("apiKey is longer than any key");
    }

    @Test
    void a_file_that_is_not_there_yet_is_absent_also_behind_a_link() throws IOException {
        assertThat(CredentialFile.read(file)).isEqualTo(new CredentialFile.Absent());
        Files.createSymbolicLink(file, directory.resolve("..data/config.json"));
        assertThat(CredentialFile.read(file)).isEqualTo(new CredentialFile.Absent());
    }

    @Test
    void a_swapped_link_shows_the_new_file() throws IOException {
        Path first = Files.writeString(directory.resolve("first"), "{\"apiKey\":\"one\"}");
        Path second = Files.writeString(directory.resolve("second"), "{\"apiKey\":\"two\"}");
        Files.createSymbolicLink(file, first);
        CredentialFile before = CredentialFile.read(file);
        Files.delete(file);
        Files.createSymbolicLink(file, second);
        assertThat(accepted(CredentialFile.read(file)).hash())
                .isNotEqualTo(accepted(before).hash());
    }

    @Test
    void it_is_told_whether_everybody_may_read_it() throws IOException {
        Files.writeString(file, "{\"apiKey\":\"k\"}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(accepted(CredentialFile.read(file)).worldReadable()).isTrue();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        assertThat(accepted(CredentialFile.read(file)).worldReadable()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"apiKey":"s3cret"}
            {"authToken":"s3cret"}
            {"env":{"ANTHROPIC_API_KEY":"s3cret"}}
            {"claudeAiOauth":{"accessToken":"s3cret","refreshToken":"s3cret","scopes":["x"]}}
            """)
    void the_text_form_shows_no_secret(String json) throws IOException {
        Files.writeString(file, json);
        assertThat(CredentialFile.read(file).toString()).doesNotContain("s3cret");
    }

    private Credential ready(String json) throws IOException {
        assertThat(shape(json)).isInstanceOf(CredentialFileShape.Ready.class);
        return Optional.of(shape(json))
                .map(CredentialFileShape.Ready.class::cast)
                .orElseThrow()
                .credential();
    }

    private CredentialFileShape shape(String json) throws IOException {
        Files.writeString(file, json);
        return accepted(CredentialFile.read(file)).shape();
    }

    private static CredentialFile.Accepted accepted(CredentialFile found) {
        assertThat(found).isInstanceOf(CredentialFile.Accepted.class);
        return (CredentialFile.Accepted) found;
    }
}
