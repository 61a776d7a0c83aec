package org.claudecluster.worker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.task.Tenant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysFileTest {

    private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");
    private static final String KEY = "ccw_" + "a1".repeat(32);
    private static final String HASH = AccessKey.hash(KEY);

    @Test
    void a_key_stands_for_its_name_its_tenant_and_its_scopes() {
        Optional<Caller> caller = keys(entry("")).caller(KEY, NOW);

        assertThat(caller).get().satisfies(known -> {
            assertThat(known.name()).isEqualTo("ci");
            assertThat(known.kind()).isEqualTo(Caller.Kind.KEY);
            assertThat(known.tenant()).isEqualTo(new Tenant("acme"));
            assertThat(known.scopes()).isEqualTo(Set.of(Scope.READ, Scope.WRITE));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ccw_", "ccw_a1", "a1"})
    void another_key_is_nobodys(String key) {
        assertThat(keys(entry("")).caller(key, NOW)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-01T00:00:01Z, true",
        "2026-12-01T01:00:01+01:00, true",
        "2026-12-01T00:00:00Z, false",
        "2026-11-30T23:59:59Z, false",
    })
    void from_its_end_on_a_key_is_unknown(String end, boolean isKnown) {
        AccessKeys keys = keys(entry(", \"expiresAt\": \"" + end + "\""));

        assertThat(keys.caller(KEY, NOW).isPresent()).isEqualTo(isKnown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "                                    | it is no object",
                "{                                   | it is not JSON",
                "[]                                  | it is no object",
                "{}                                  | keys is no list",
                "{\"keys\": {}}                      | keys is no list",
                "{\"keys\": [], \"key\": 1}          | none of keys",
                "{\"keys\": [], \"keys\": []}        | a name twice",
                "{\"keys\": []} {}                   | it is not JSON",
                "{\"keys\": [1]}                     | keys[0]: it is no object",
                "{\"keys\": [{}]}                    | keys[0]: tenant is missing",
            })
    void what_is_no_file_of_keys_is_refused(String text, String why) {
        assertThat(refusal(text == null ? "" : text)).contains(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "\"name\": \"ci\"             | \"name\": \"\"              | keys[0]: name is 1 to 100",
                "\"name\": \"ci\"             | \"name\": \"a b\"           | keys[0]: name is 1 to 100",
                "\"name\": \"ci\"             | \"name\": 7                 | keys[0]: name is missing",
                "\"tenant\": \"acme\"         | \"tenant\": \"a/../b\"      | keys[0]: tenant is 1 to 63",
                "\"tenant\": \"acme\"         | \"tenant\": \"Acme\"        | keys[0]: tenant is 1 to 63",
                "\"scopes\": [\"tasks:read\", | \"scopes\": [\"tasks:all\", | keys[0]: scopes names something else",
                "\"scopes\": [\"tasks:read\", | \"scopes\": [\"*\",         | keys[0]: scopes names something else",
                "\"sha256\": \"               | \"sha256\": \"0             | keys[0]: sha256 is 64",
                "\"sha256\"                   | \"key\": \"k\", \"sha256\"  | keys[0]: there is a field that is none of",
                "\"tenant\": \"acme\"         | \"tenant\": null            | keys[0]: tenant is missing",
                "\"tenant\": \"acme\"         | \"tenant\": \"t\", \"expiresAt\": \"soon\" | keys[0]: expiresAt is no time",
                "\"tenant\": \"acme\"         | \"tenant\": \"t\", \"expiresAt\": 1 | keys[0]: expiresAt is missing",
            })
    void an_entry_that_is_not_all_understood_is_refused(String part, String wrong, String why) {
        assertThat(refusal(entry("").replace(part, wrong))).contains(why);
    }

    @Test
    void what_is_deeper_or_longer_than_any_file_of_keys_is_refused() {
        assertThat(refusal("{\"keys\": " + "[".repeat(1_200) + "]".repeat(1_200) + "}"))
                .contains("deeper or longer");
        assertThat(refusal("{\"keys\": [" + "1".repeat(1_100) + "]}")).contains("deeper or longer");
        assertThat(refusal("{\"" + "k".repeat(60_000) + "\": 1}")).contains("deeper or longer");
    }

    @Test
    void a_key_that_may_do_nothing_is_refused() {
        assertThat(refusal(entry("").replaceFirst("\\[\"tasks.*?]", "[]"))).contains("scopes names at least one of");
    }

    @Test
    void two_of_one_name_or_one_hash_are_refused() {
        String one = entry("").replace("{\"keys\": [", "").replace("]}]}", "]}");
        String other = one.replace(HASH, "b".repeat(64));

        assertThat(refusal("{\"keys\": [" + one + "," + other + "]}")).isEqualTo("two keys are named ci");
        assertThat(refusal("{\"keys\": [" + one + "," + one.replace("\"ci\"", "\"cd\"") + "]}"))
                .isEqualTo("ci and cd have one sha256");
    }

    @Test
    void a_refusal_shows_nothing_of_a_key() {
        assertThat(refusal(entry("").replace(HASH, KEY))).doesNotContain("a1a1");
        assertThat(refusal("{\"keys\": [{\"" + KEY + "\": 1}]}")).doesNotContain("a1a1");
        assertThat(refusal("{\"keys\": " + KEY)).doesNotContain("a1a1");
    }

    @Test
    void a_file_that_is_not_there_or_too_large_is_refused(@TempDir Path directory) throws IOException {
        Path large = Files.write(directory.resolve("large"), new byte[KeysFile.MAX_BYTES + 1]);

        assertThat(KeysFile.read(directory.resolve("none"))).isEqualTo(new KeysFile.Refused("it is not there"));
        assertThat(KeysFile.read(large)).isEqualTo(new KeysFile.Refused("it is larger than 4 MiB"));
        assertThat(KeysFile.read(directory)).isInstanceOf(KeysFile.Refused.class);
    }

    static String entry(String more) {
        return """
                {"keys": [{"name": "ci", "sha256": "%s", "tenant": "acme", "scopes": ["tasks:read", "tasks:write"]%s}]}""".formatted(HASH, more);
    }

    private static AccessKeys keys(String text) {
        return ((KeysFile.Accepted) KeysFile.parse(text.getBytes(StandardCharsets.UTF_8))).keys();
    }

    private static String refusal(String text) {
        return switch (KeysFile.parse(text.getBytes(StandardCharsets.UTF_8))) {
            case KeysFile.Accepted _ -> "";
            case KeysFile.Refused(String why) -> why;
        };
    }
}
