package org.claudecluster.worker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurrentKeysTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-12-01T00:00:00Z"));
    private static final String KEY = "ccw_" + "a1".repeat(32);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(directory.resolve("keys.json"), KeysFileTest.entry(""));
    }

    @Test
    void what_the_file_holds_now_counts() throws IOException {
        CurrentKeys keys = begun(Optional.of(file));
        assertThat(keys.caller(KEY)).isPresent();

        Files.writeString(file, "{\"keys\": []}");
        keys.look();

        assertThat(keys.caller(KEY)).isEmpty();
        assertThat(keys.isValid()).isTrue();
    }

    @Test
    void a_file_that_becomes_unusable_or_vanishes_changes_nothing() throws IOException {
        CurrentKeys keys = begun(Optional.of(file));

        Files.writeString(file, "{\"keys\": [");
        keys.look();
        assertThat(keys.caller(KEY)).isPresent();
        assertThat(keys.isValid()).isFalse();

        Files.delete(file);
        keys.look();
        assertThat(keys.caller(KEY)).isPresent();
        assertThat(keys.isValid()).isFalse();

        write();
        keys.look();
        assertThat(keys.isValid()).isTrue();
    }

    @Test
    void a_file_that_is_unusable_at_the_start_is_an_error_that_says_why() throws IOException {
        Files.writeString(file, "{}");

        assertThatThrownBy(() -> begun(Optional.of(file)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("keys is no list");
    }

    @Test
    void without_a_file_nobody_is_known() {
        assertThat(begun(Optional.empty()).caller(KEY)).isEmpty();
    }

    @Test
    void the_first_key_is_made_once_and_is_its_owners() throws IOException {
        FirstKey first = FirstKey.in(directory);

        assertThat(first.make()).isTrue();
        String key = Files.readString(first.token()).strip();

        assertThat(key).matches("ccw_[0-9a-f]{64}");
        assertThat(begun(Optional.of(first.keys())).caller(key))
                .map(Caller::scopes)
                .contains(Scope.all());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first.token())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(first.keys())).doesNotContain(key);

        Files.delete(first.token());
        assertThat(first.make()).isFalse();
        assertThat(begun(Optional.of(first.keys())).caller(key)).isPresent();
    }

    /** Killed between the two files. */
    @Test
    void a_token_without_its_hash_is_made_anew() throws IOException {
        FirstKey first = FirstKey.in(directory);
        first.make();
        String lost = Files.readString(first.token());
        Files.delete(first.keys());

        assertThat(first.make()).isTrue();
        assertThat(Files.readString(first.token())).isNotEqualTo(lost);
    }

    private static CurrentKeys begun(Optional<Path> keysFile) {
        CurrentKeys keys = new CurrentKeys(CLOCK);
        keys.begin(keysFile);
        return keys;
    }
}
