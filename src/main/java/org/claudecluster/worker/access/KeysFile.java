package org.claudecluster.worker.access;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.task.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * Reads the file of keys, {@code {"keys": [{"name", "sha256", "tenant", "scopes", "expiresAt"}]}}, and says what it turned
 * out to be. Everything in it must be understood: a word that is mistyped and passed over might have been a limit.
 */
public sealed interface KeysFile {

    /** Ten thousand keys, and room. */
    int MAX_BYTES = 4 * 1024 * 1024;

    int MAX_KEYS = 10_000;

    /** All of it is understood. */
    record Accepted(AccessKeys keys) implements KeysFile {}

    /** It can't be used; {@code why} shows no key and no hash. */
    record Refused(String why) implements KeysFile {}

    /** Follows symbolic links, since Kubernetes swaps one when a Secret changes. */
    static KeysFile read(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A pipe, for example, might be read for ever.
            return new Refused("it is no regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            return bytes.length > MAX_BYTES ? new Refused("it is larger than 4 MiB") : parse(bytes);
        } catch (NoSuchFileException _) {
            return new Refused("it is not there");
        } catch (IOException e) {
            return new Refused("it can't be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    /** Reads the bytes of one. The reader's own message may show what it read, so only the place is told. */
    static KeysFile parse(byte[] bytes) {
        try {
            return new Accepted(keys(Strict.READER.readTree(bytes)));
        } catch (JsonProcessingException e) {
            @Nullable JsonLocation at = e.getLocation();
            return new Refused("it is not JSON, has a name twice, or is deeper or longer than a file of keys is"
                    + (at == null ? "" : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr())));
        } catch (IOException | IllegalArgumentException e) {
            return new Refused(String.valueOf(e.getMessage()));
        }
    }

    private static AccessKeys keys(JsonNode file) {
        only(file, "it", Set.of("keys"));
        JsonNode list = file.path("keys");
        if (!list.isArray()) {
            throw new IllegalArgumentException("keys is no list");
        }
        if (list.size() > MAX_KEYS) {
            throw new IllegalArgumentException("there are more than 10,000 keys");
        }
        List<AccessKey> keys = new ArrayList<>();
        for (JsonNode entry : list) {
            String at = "keys[" + keys.size() + "]";
            try {
                keys.add(key(entry));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(at + ": " + e.getMessage());
            }
        }
        return new AccessKeys(keys);
    }

    private static AccessKey key(JsonNode entry) {
        only(entry, "it", Set.of("name", "sha256", "tenant", "scopes", "expiresAt"));
        String tenant = text(entry, "tenant");
        return new AccessKey(
                text(entry, "name"),
                text(entry, "sha256"),
                Tenant.parse(tenant).orElseThrow(() -> new IllegalArgumentException("tenant is " + Tenant.FORM)),
                scopes(entry.path("scopes")),
                entry.has("expiresAt") ? Optional.of(time(text(entry, "expiresAt"))) : Optional.empty());
    }

    private static Set<Scope> scopes(JsonNode list) {
        if (!list.isArray()) {
            throw new IllegalArgumentException("scopes is no list");
        }
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (JsonNode name : list) {
            scopes.add(Scope.parse(name.asText())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "scopes names something else than " + String.join(", ", Scope.names()))));
        }
        return scopes;
    }

    private static String text(JsonNode entry, String field) {
        JsonNode value = entry.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(field + " is missing, or no text");
        }
        return value.textValue();
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException _) {
            throw new IllegalArgumentException("expiresAt is no time such as 2027-01-31T12:00:00Z");
        }
    }

    /** Names of fields are shown, since they are words of the file's form and no values. */
    private static void only(JsonNode node, String what, Set<String> known) {
        if (!node.isObject()) {
            throw new IllegalArgumentException(what + " is no object");
        }
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("there is a field that is none of "
                        + String.join(", ", known.stream().sorted().toList()));
            }
        });
    }

    /** One JSON value and nothing behind it. */
    final class Strict {
        private static final ObjectReader READER = new JsonMapper()
                .reader()
                .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

        private Strict() {}
    }
}
