package org.claudecluster.worker.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.claudecluster.worker.access.AccessKey;

/** Everybody is asked for a key, and these are they. */
public final class KeysRequired implements QuarkusTestProfile {

    static final String READER = AccessKey.random();
    static final String WRITER = AccessKey.random();
    static final String TERMINAL = AccessKey.random();
    static final String ADMIN = AccessKey.random();
    static final String OTHER = AccessKey.random();
    static final String EXPIRED = AccessKey.random();

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("worker.access.mode", "key", "worker.access.keys-file", file().toString());
    }

    private static Path file() {
        try {
            Path file = Files.createTempFile("keys", ".json");
            file.toFile().deleteOnExit();
            return Files.writeString(
                    file,
                    "{\"keys\": ["
                            + String.join(
                                    ",",
                                    entry("reader", READER, "default", "tasks:read", ""),
                                    entry("writer", WRITER, "default", "tasks:write", ""),
                                    entry("terminal", TERMINAL, "default", "terminal:control", ""),
                                    entry("admin", ADMIN, "default", "admin", ""),
                                    entry("other", OTHER, "other", "tasks:read\", \"tasks:write", ""),
                                    entry(
                                            "expired",
                                            EXPIRED,
                                            "default",
                                            "admin",
                                            ", \"expiresAt\": \"2020-01-01T00:00:00Z\""))
                            + "]}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String entry(String name, String key, String tenant, String scope, String more) {
        return """
                {"name": "%s", "sha256": "%s", "tenant": "%s", "scopes": ["%s"]%s}""".formatted(name, AccessKey.hash(key), tenant, scope, more);
    }
}
