package org.claudecluster.worker.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.claudecluster.worker.exec.ManualClock;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {

    private static final Map<String, String> KEY = Map.of("ANTHROPIC_API_KEY", "from-the-environment");

    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private Path file;

    @BeforeEach
    void mount() throws IOException {
        file = Files.createDirectories(directory.resolve("app/auth")).resolve("config.json");
    }

    @Test
    void the_file_wins_over_the_environment_and_when_it_goes_the_environment_counts_again() throws IOException {
        Files.writeString(file, "{\"oauthToken\":\"from-the-file\"}");
        Credentials credentials = credentials(KEY);
        assertThat(credentials.status().source()).isEqualTo(CredentialStatus.Source.FILE);
        assertThat(credentials.current().kind()).isEqualTo("oauth_token");

        Files.delete(file);

        assertThat(credentials.look()).isTrue();
        assertThat(credentials.status().source()).isEqualTo(CredentialStatus.Source.ENVIRONMENT);
        assertThat(credentials.current().kind()).isEqualTo("api_key");
    }

    @Test
    void a_changed_file_is_taken_for_new_tasks_and_who_took_the_old_one_keeps_it() throws IOException {
        Files.writeString(file, "{\"apiKey\":\"one\"}");
        Credentials credentials = credentials(Map.of());
        Credential before = credentials.current();
        assertThat(credentials.look()).isFalse();

        Files.writeString(file, "{\"apiKey\":\"two\"}");

        assertThat(credentials.look()).isTrue();
        assertThat(credentials.fingerprint()).isPresent().isNotEqualTo(before.fingerprint());
        assertThat(before.secret().orElseThrow()).asString().isEqualTo("one");
    }

    @Test
    void a_changed_file_that_is_refused_makes_tasks_wait_with_the_reason() throws IOException {
        Files.writeString(file, "{\"apiKey\":\"one\"}");
        Credentials credentials = credentials(KEY);

        Files.writeString(file, "{\"apiKey\":");

        assertThat(credentials.look()).isTrue();
        assertThat(credentials.status().state()).isEqualTo(CredentialState.INVALID);
        assertThat(credentials.isUsable()).isFalse();
        assertThat(credentials.status().reason().orElseThrow()).contains("is not JSON", "claudeAiOauth");

        Files.writeString(file, "{\"apiKey\":\"two\"}");

        assertThat(credentials.look()).isTrue();
        assertThat(credentials.isUsable()).isTrue();
    }

    @Test
    void a_refusal_holds_tasks_back_until_the_credential_changes() throws IOException {
        Files.writeString(file, "{\"apiKey\":\"one\"}");
        Credentials credentials = credentials(Map.of());
        credentials.heard(credentials.current(), failed(Reason.AUTH_FAILED));
        assertThat(credentials.status().state()).isEqualTo(CredentialState.REFUSED);
        assertThat(credentials.status().reason().orElseThrow()).contains("as the CLI said");

        // The same key in other clothes is no other key.
        Files.writeString(file, "{ \"apiKey\": \"one\" }");
        credentials.look();
        assertThat(credentials.isUsable()).isFalse();

        Files.writeString(file, "{\"apiKey\":\"two\"}");
        credentials.look();
        assertThat(credentials.status().state()).isEqualTo(CredentialState.UNKNOWN);
        assertThat(credentials.status().reason()).isEmpty();
    }

    @Test
    void what_an_old_run_says_does_not_touch_the_new_credential() throws IOException {
        Files.writeString(file, "{\"apiKey\":\"one\"}");
        Credentials credentials = credentials(Map.of());
        Credential before = credentials.current();
        Files.writeString(file, "{\"apiKey\":\"two\"}");
        credentials.look();

        credentials.heard(before, failed(Reason.AUTH_FAILED));

        assertThat(credentials.status().state()).isEqualTo(CredentialState.UNKNOWN);
    }

    @Test
    void a_refused_credential_is_tried_again_soon_and_then_ever_more_rarely() {
        Credentials credentials = credentials(KEY);
        assertThat(credentials.isRetryDue()).isFalse();
        credentials.heard(credentials.current(), failed(Reason.AUTH_FAILED));
        assertThat(credentials.isRetryDue()).isFalse();
        clock.advance(Duration.ofSeconds(5));
        assertThat(credentials.isRetryDue()).isTrue();

        credentials.inconclusive(credentials.current());
        credentials.heard(credentials.current(), failed(Reason.AUTH_FAILED));

        clock.advance(Duration.ofSeconds(9));
        assertThat(credentials.isRetryDue()).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(credentials.isRetryDue()).isTrue();
        credentials.worked(credentials.current());
        assertThat(credentials.status().state()).isEqualTo(CredentialState.OK);
        assertThat(credentials.isRetryDue()).isFalse();
    }

    @Test
    void between_two_tries_lies_what_is_configured_at_most() {
        Credentials credentials = credentials(KEY);
        credentials.refused(credentials.current(), "said the API");
        IntStream.range(0, 100).forEach(_ -> credentials.inconclusive(credentials.current()));
        clock.advance(Duration.ofSeconds(59));
        assertThat(credentials.isRetryDue()).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(credentials.isRetryDue()).isTrue();
    }

    @Test
    void only_who_was_let_in_can_meet_a_limit_and_other_failures_say_nothing() {
        Credentials credentials = credentials(KEY);
        credentials.heard(credentials.current(), failed(Reason.OVERLOADED));
        assertThat(credentials.status().state()).isEqualTo(CredentialState.UNKNOWN);
        credentials.heard(credentials.current(), failed(Reason.USAGE_LIMIT));
        assertThat(credentials.status().state()).isEqualTo(CredentialState.OK);
    }

    @Test
    void none_is_missing_when_the_cli_knows_none_either() {
        Credentials credentials = credentials(Map.of());
        assertThat(credentials.isUsable()).isTrue();
        credentials.unusable(credentials.current());
        assertThat(credentials.status().state()).isEqualTo(CredentialState.MISSING);
        assertThat(credentials.status().reason()).contains(Credentials.NONE);
        credentials.present(credentials.current());
        assertThat(credentials.isUsable()).isTrue();
    }

    @Test
    void a_login_is_imported_and_its_lineage_survives_its_refresh() throws IOException {
        Files.writeString(file, login("a", "r", 2_000_000_000_000L));
        Credentials credentials = credentials(KEY);
        Optional<String> lineage = credentials.fingerprint();
        assertThat(credentials.status().kind()).isEqualTo("claude_ai");
        assertThat(credentials.status().renewable()).isTrue();

        Files.writeString(stored(credentials), login("b", "r2", 2_100_000_000_000L));

        assertThat(credentials.look()).isFalse();
        assertThat(credentials.fingerprint()).isEqualTo(lineage);
        assertThat(credentials.status().expiresAt().orElseThrow().toEpochMilli())
                .isEqualTo(2_100_000_000_000L);
        assertThat(credentials.isUsable()).isTrue();
    }

    @Test
    void a_refreshed_login_is_kept_while_its_file_is_away_and_until_another_login_is_in_use() throws IOException {
        String mounted = login("a", "r", 2_000_000_000_000L);
        Files.writeString(file, mounted);
        Path stored = stored(credentials(KEY));
        String refreshed = login("b", "r2", 2_100_000_000_000L);
        Files.writeString(stored, refreshed);

        Files.delete(file);
        credentials(KEY);
        Files.writeString(file, "{\"apiKey\":\"one\"}");
        credentials(KEY);
        assertThat(stored).hasContent(refreshed);

        Files.writeString(file, mounted);
        assertThat(stored(credentials(KEY))).isEqualTo(stored).hasContent(refreshed);

        Files.writeString(file, login("c", "r3", 2_000_000_000_000L));
        credentials(KEY);
        assertThat(stored).doesNotExist();
    }

    @Test
    void the_same_key_for_another_gateway_is_another_credential() throws IOException {
        Files.writeString(file, "{\"apiKey\":\"one\",\"ANTHROPIC_BASE_URL\":\"https://wrong\"}");
        Credentials credentials = credentials(Map.of());
        Credential before = credentials.current();
        credentials.heard(before, failed(Reason.AUTH_FAILED));
        assertThat(credentials.isUsable()).isFalse();

        Files.writeString(file, "{\"apiKey\":\"one\",\"ANTHROPIC_BASE_URL\":\"https://right\"}");

        assertThat(credentials.look()).isTrue();
        assertThat(credentials.status().state()).isEqualTo(CredentialState.UNKNOWN);
        assertThat(credentials.current().environment()).containsEntry("ANTHROPIC_BASE_URL", "https://right");
        credentials.heard(before, failed(Reason.AUTH_FAILED));
        assertThat(credentials.status().state()).isEqualTo(CredentialState.UNKNOWN);
    }

    @Test
    void a_file_that_can_not_be_read_is_no_absent_one_and_what_it_said_before_counts() throws IOException {
        Files.writeString(file, "{\"apiKey\":\"one\"}");
        Credentials credentials = credentials(Map.of("ANTHROPIC_API_KEY", "other"));
        Credential before = credentials.current();

        Files.delete(file);
        Files.createSymbolicLink(file, file);

        assertThat(credentials.look()).isFalse();
        assertThat(credentials.current()).isEqualTo(before);
        assertThat(credentials.isUsable()).isTrue();
        assertThat(credentials.status().reason().orElseThrow()).contains("can't be read");

        Files.delete(file);
        Files.writeString(file, "{\"apiKey\":\"one\"}");
        assertThat(credentials.look()).isFalse();
        assertThat(credentials.status().reason()).isEmpty();
    }

    @Test
    void a_file_that_can_not_be_read_at_the_start_makes_tasks_wait_rather_than_use_another_credential()
            throws IOException {
        Files.createSymbolicLink(file, file);
        Credentials credentials = credentials(KEY);

        assertThat(credentials.status().state()).isEqualTo(CredentialState.INVALID);
        assertThat(credentials.current().kind()).isEqualTo("none");
    }

    @Test
    void a_stored_login_that_can_not_be_looked_at_is_not_written_over() throws IOException {
        Files.writeString(file, login("a", "r", 2_000_000_000_000L));
        Path stored = stored(credentials(KEY));
        Files.delete(stored);
        Files.delete(stored.getParent());
        Files.writeString(stored.getParent(), "in the way");

        Credentials credentials = credentials(KEY);

        assertThat(credentials.status().state()).isEqualTo(CredentialState.INVALID);
        assertThat(stored.getParent()).hasContent("in the way");
    }

    @Test
    void a_login_that_the_cli_has_emptied_is_expired_until_another_is_mounted() throws IOException {
        Files.writeString(file, login("a", "r", 1));
        Credentials credentials = credentials(Map.of());
        assertThat(credentials.isUsable()).isTrue();
        Files.writeString(stored(credentials), login("", "", 0));

        credentials.heard(credentials.current(), failed(Reason.AUTH_FAILED));

        assertThat(credentials.status().state()).isEqualTo(CredentialState.EXPIRED);
        clock.advance(Duration.ofHours(1));
        assertThat(credentials.isRetryDue()).isFalse();
        Files.writeString(file, login("c", "r3", 1));
        assertThat(credentials.look()).isTrue();
        assertThat(credentials.status().state()).isEqualTo(CredentialState.UNKNOWN);
    }

    @Test
    void the_secret_s_directory_is_for_no_prompt_but_a_file_among_the_tasks_is_hidden_alone() throws IOException {
        assertThat(credentials(Map.of()).unreadable()).containsExactly(file.getParent());
        Path among = Files.writeString(directory.resolve("config.json"), "{\"apiKey\":\"k\"}");
        assertThat(new Credentials(settings(among, Map.of()), clock).unreadable())
                .containsExactly(among);
    }

    private Path stored(Credentials credentials) {
        return Path.of(credentials.current().environment().get("CLAUDE_SECURESTORAGE_CONFIG_DIR"))
                .resolve(".credentials.json");
    }

    private static String login(String access, String refresh, long expiresAt) {
        return "{\"claudeAiOauth\":{\"accessToken\":\"%s\",\"refreshToken\":\"%s\",\"expiresAt\":%d,\"scopes\":[\"x\"]}}"
                .formatted(access, refresh, expiresAt);
    }

    private static Verdict failed(Reason reason) {
        return new Verdict(new Outcome.Failed(reason, "as the CLI said", new Ending.Exited(1)), Optional.empty());
    }

    private Credentials credentials(Map<String, String> environment) {
        return new Credentials(settings(file, environment), clock);
    }

    private CredentialSettings settings(Path mounted, Map<String, String> environment) {
        return new CredentialSettings(
                mounted,
                environment,
                directory.resolve("claude"),
                directory.resolve("oauth"),
                directory.resolve("workspace"),
                Duration.ofSeconds(60));
    }
}
