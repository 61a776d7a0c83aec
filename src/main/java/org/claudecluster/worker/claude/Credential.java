package org.claudecluster.worker.claude;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** What the CLI authenticates with. Its text form never shows a secret. */
public sealed interface Credential {

    /** The variables a task gets for it. */
    Map<String, String> environment();

    /** The bytes for file descriptor 3, which tools don't inherit. */
    Optional<byte[]> secret();

    /** How this credential may be called in a status: never its value. */
    String kind();

    /**
     * The first 16 hexadecimal digits of the secret's SHA-256: tells credentials apart and says nothing of what they
     * are. Empty without a secret.
     */
    Optional<String> fingerprint();

    /** The number that both launchers give the secret's pipe. */
    int FILE_DESCRIPTOR = 3;

    /** Nothing is configured: the CLI uses what its own configuration directory holds. */
    record None() implements Credential {
        @Override
        public Map<String, String> environment() {
            return Map.of();
        }

        @Override
        public Optional<byte[]> secret() {
            return Optional.empty();
        }

        @Override
        public String kind() {
            return "none";
        }

        @Override
        public Optional<String> fingerprint() {
            return Optional.empty();
        }
    }

    /** A key or long-lived token that the CLI reads from a file descriptor. */
    record ByDescriptor(String kind, String variable, String value) implements Credential {
        @Override
        public Map<String, String> environment() {
            return Map.of(variable, String.valueOf(FILE_DESCRIPTOR));
        }

        @Override
        public Optional<byte[]> secret() {
            return Optional.of(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Optional<String> fingerprint() {
            return Optional.of(Credential.fingerprint(value));
        }

        @Override
        public String toString() {
            return "ByDescriptor[" + kind + "]";
        }
    }

    /** A gateway's bearer token: the CLI takes it from the environment only, so tools can see it. */
    record ByEnvironment(String kind, String variable, String value) implements Credential {
        @Override
        public Map<String, String> environment() {
            return Map.of(variable, value);
        }

        @Override
        public Optional<byte[]> secret() {
            return Optional.empty();
        }

        @Override
        public Optional<String> fingerprint() {
            return Optional.of(Credential.fingerprint(value));
        }

        @Override
        public String toString() {
            return "ByEnvironment[" + kind + "]";
        }
    }

    /** Takes the worker's own credential, in the CLI's order of precedence. */
    static Credential from(Map<String, String> environment) {
        return value(environment, "ANTHROPIC_API_KEY")
                .<Credential>map(key -> new ByDescriptor("api_key", "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR", key))
                .or(() -> value(environment, "ANTHROPIC_AUTH_TOKEN")
                        .map(token -> new ByEnvironment("auth_token", "ANTHROPIC_AUTH_TOKEN", token)))
                .or(() -> value(environment, "CLAUDE_CODE_OAUTH_TOKEN")
                        .map(token ->
                                new ByDescriptor("oauth_token", "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR", token)))
                .orElseGet(None::new);
    }

    private static String fingerprint(String secret) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }
}
