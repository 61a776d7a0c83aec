package org.claudecluster.worker.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginStoreTest {

    private static final String MOUNTED = """
            {"claudeAiOauth":{"accessToken":"a","refreshToken":"r","expiresAt":1000,"scopes":["x"]}}""";
    private static final String REFRESHED = MOUNTED.replace("\"a\"", "\"b\"").replace("1000", "2000");

    @TempDir
    Path directory;

    private LoginStore store;

    @BeforeEach
    void open() {
        store = new LoginStore(directory.resolve("oauth"));
    }

    @Test
    void an_import_is_the_cli_s_to_write_and_nobody_else_s_to_read() throws IOException {
        Credential.Login login = store.imported(MOUNTED, "hash1");

        assertThat(login.environment())
                .containsOnly(Map.entry(
                        "CLAUDE_SECURESTORAGE_CONFIG_DIR", login.directory().toString()));
        Path file = login.directory().resolve(".credentials.json");
        assertThat(file).hasContent(MOUNTED);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(directory.resolve("oauth")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(login.directory()).isDirectoryContaining("glob:**/.credentials.json");
    }

    @Test
    void what_the_cli_has_refreshed_is_kept_for_the_next_process_while_the_mounted_file_is_the_same()
            throws IOException {
        Path file = store.imported(MOUNTED, "hash1").directory().resolve(".credentials.json");
        Files.writeString(file, REFRESHED);

        LoginStore next = new LoginStore(directory.resolve("oauth"));
        Credential.Login login = next.imported(MOUNTED, "hash1");
        next.removeAllBut("hash1");

        assertThat(login.directory().resolve(".credentials.json")).hasContent(REFRESHED);
        assertThat(LoginStore.tokens(login).orElseThrow().expiresAt()).contains(Instant.ofEpochMilli(2000));
    }

    @Test
    void another_mounted_file_is_another_login_and_the_old_one_goes_at_the_next_start() throws IOException {
        Credential.Login first = store.imported(MOUNTED, "hash1");
        Credential.Login second = store.imported(REFRESHED, "hash2");
        assertThat(second.fingerprint()).isNotEqualTo(first.fingerprint());
        assertThat(first.directory()).exists();

        store.removeAllBut(second.fingerprint().orElseThrow());

        assertThat(first.directory()).doesNotExist();
        assertThat(second.directory().resolve(".credentials.json")).hasContent(REFRESHED);
    }

    @Test
    void a_login_that_the_cli_has_emptied_is_spent() throws IOException {
        Credential.Login login = store.imported(MOUNTED, "hash1");
        assertThat(LoginStore.tokens(login).orElseThrow().isOver(Instant.MAX)).isFalse();
        Files.writeString(login.directory().resolve(".credentials.json"), """
                {"claudeAiOauth":{"accessToken":"","refreshToken":"","expiresAt":0,"scopes":["x"]}}""");
        assertThat(LoginStore.tokens(login).orElseThrow().spent()).isTrue();
        assertThat(LoginStore.tokens(login).orElseThrow().isOver(Instant.EPOCH)).isTrue();
    }

    @Test
    void without_a_refresh_token_a_login_is_over_when_its_access_token_is() throws IOException {
        Credential.Login login = store.imported(MOUNTED.replace("\"refreshToken\":\"r\",", ""), "hash1");
        LoginTokens tokens = LoginStore.tokens(login).orElseThrow();
        assertThat(tokens.renewable()).isFalse();
        assertThat(tokens.isOver(Instant.ofEpochMilli(999))).isFalse();
        assertThat(tokens.isOver(Instant.ofEpochMilli(1000))).isTrue();
    }

    @Test
    void the_end_of_the_refresh_token_counts_where_it_is_known() throws IOException {
        Credential.Login login =
                store.imported(MOUNTED.replace("\"scopes\"", "\"refreshTokenExpiresAt\":9000,\"scopes\""), "hash1");
        assertThat(LoginStore.tokens(login).orElseThrow().expiresAt()).contains(Instant.ofEpochMilli(9000));
    }

    @Test
    void a_login_that_is_just_being_written_says_nothing() throws IOException {
        Credential.Login login = store.imported(MOUNTED, "hash1");
        Files.writeString(login.directory().resolve(".credentials.json"), "{\"claudeAi");
        assertThat(LoginStore.tokens(login)).isEmpty();
    }

    @Test
    void somebody_may_have_logged_in_in_the_cli_s_own_directory() throws IOException {
        assertThat(LoginStore.in(directory)).isEmpty();
        Files.writeString(directory.resolve(".credentials.json"), MOUNTED);
        assertThat(LoginStore.in(directory).orElseThrow().directory()).isEqualTo(directory);
    }
}
