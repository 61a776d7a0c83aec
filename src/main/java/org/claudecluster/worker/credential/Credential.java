package org.claudecluster.worker.credential;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A means by which the CLI authenticates. Its text form never shows a secret. */
public sealed interface Credential {

    /** The variables a task gets for it. */
    Map<String, String> environment();

    /** The bytes for file descriptor 3, which tools don't inherit. */
    default Optional<byte[]> secret() {
        return Optional.empty();
    }

    /** What the CLI gets as a settings file ({@code --settings}) of the run's own. */
    default Optional<byte[]> settings() {
        return Optional.empty();
    }

    /** Files and directories which hold the secret, so that no prompt may pull them into a request. */
    default List<Path> files() {
        return List.of();
    }

    /** How this credential may be called in a status: never its value. */
    String kind();

    /**
     * The first 16 hexadecimal digits of the secret's SHA-256: tells credentials apart and says nothing of what they
     * are. Empty without a secret.
     */
    Optional<String> fingerprint();

    /** The number that both launchers give the secret's pipe. */
    int FILE_DESCRIPTOR = 3;

    /** Nothing is configured. The CLI may still know one: its managed settings may name a helper. */
    record None() implements Credential {
        @Override
        public Map<String, String> environment() {
            return Map.of();
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

    /**
     * A key or long-lived token that the CLI reads from a file descriptor.
     *
     * @param companions what belongs to it and is no secret, such as the gateway's address
     */
    record ByDescriptor(String kind, String variable, String value, Map<String, String> companions)
            implements Credential {

        public ByDescriptor {
            companions = Map.copyOf(companions);
        }

        @Override
        public Map<String, String> environment() {
            Map<String, String> all = new HashMap<>(companions);
            all.put(variable, String.valueOf(FILE_DESCRIPTOR));
            return Map.copyOf(all);
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

    /** A secret that the CLI takes from the environment only, so tools can see it: a gateway's bearer token. */
    record ByEnvironment(String kind, String secretName, Map<String, String> environment) implements Credential {

        public ByEnvironment {
            environment = Map.copyOf(environment);
        }

        @Override
        public Optional<String> fingerprint() {
            return Optional.ofNullable(environment.get(secretName)).map(Credential::fingerprint);
        }

        @Override
        public String toString() {
            return "ByEnvironment[" + kind + "]";
        }
    }

    /**
     * A login whose tokens rotate: the CLI refreshes them and writes them back. All runs share its directory, and with it
     * the CLI's own lock, so that a refresh token is spent once (2.1.197 and 2.1.330: four runs at once, one refresh).
     *
     * @param lineage tells this login from others, and stays the same when it is refreshed
     */
    record Login(Path directory, String lineage) implements Credential {
        @Override
        public Map<String, String> environment() {
            return Map.of("CLAUDE_SECURESTORAGE_CONFIG_DIR", directory.toString());
        }

        @Override
        public String kind() {
            return "claude_ai";
        }

        @Override
        public Optional<String> fingerprint() {
            return Optional.of(lineage);
        }
    }

    /**
     * A settings file with variables or an {@code apiKeyHelper}; each run gets a copy, as it was when it started.
     *
     * @param switches what in it chooses a provider
     */
    record BySettings(String json, Map<String, String> switches) implements Credential {

        public BySettings {
            switches = Map.copyOf(switches);
        }

        /** Those of a provider that the settings choose, so that its variables come along. */
        @Override
        public Map<String, String> environment() {
            return switches;
        }

        @Override
        public Optional<byte[]> settings() {
            return Optional.of(json.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String kind() {
            return "settings";
        }

        @Override
        public Optional<String> fingerprint() {
            return Optional.of(Credential.fingerprint(json));
        }

        @Override
        public String toString() {
            return "BySettings[]";
        }
    }

    /** A workload's identity: the CLI exchanges the token in a file, which the platform renews, for a short-lived one. */
    record Federated(Map<String, String> environment) implements Credential {

        public Federated {
            environment = Map.copyOf(environment);
        }

        @Override
        public String kind() {
            return "federation";
        }

        @Override
        public List<Path> files() {
            return Optional.ofNullable(environment.get("ANTHROPIC_IDENTITY_TOKEN_FILE")).map(Path::of).stream()
                    .toList();
        }

        @Override
        public Optional<String> fingerprint() {
            // Not the token, which is another every hour.
            return Optional.of(Credential.fingerprint(FEDERATION.stream()
                    .filter(name -> !name.equals("ANTHROPIC_IDENTITY_TOKEN"))
                    .map(name -> environment.getOrDefault(name, ""))
                    .collect(Collectors.joining("\n"))));
        }

        @Override
        public String toString() {
            return "Federated[]";
        }
    }

    /**
     * Another provider's, such as Bedrock's, of which we know no more than that it is asked for. Its own variables come
     * along with the switch ({@link OwnVariables}).
     */
    record Provider(String kind) implements Credential {
        @Override
        public Map<String, String> environment() {
            return PROVIDERS.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(kind))
                    .collect(Collectors.toMap(Map.Entry::getKey, _ -> "1"));
        }

        @Override
        public Optional<String> fingerprint() {
            return Optional.of(Credential.fingerprint(kind));
        }
    }

    /** Workload identity federation, as 2.1.197 and 2.1.330 know it. The first two are what switches it on. */
    List<String> FEDERATION = List.of(
            "ANTHROPIC_FEDERATION_RULE_ID",
            "ANTHROPIC_ORGANIZATION_ID",
            "ANTHROPIC_SERVICE_ACCOUNT_ID",
            "ANTHROPIC_WORKSPACE_ID",
            "ANTHROPIC_SCOPE",
            "ANTHROPIC_IDENTITY_TOKEN_FILE",
            "ANTHROPIC_IDENTITY_TOKEN");

    /** What sends the CLI to another provider, whose credentials are then that provider's business. */
    Map<String, String> PROVIDERS = Map.of(
            "CLAUDE_CODE_USE_BEDROCK", "bedrock",
            "CLAUDE_CODE_USE_MANTLE", "mantle",
            "CLAUDE_CODE_USE_VERTEX", "vertex",
            "CLAUDE_CODE_USE_FOUNDRY", "foundry",
            "CLAUDE_CODE_USE_ANTHROPIC_AWS", "anthropic_aws",
            "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD", "anthropic_google_cloud");

    /** Takes the worker's own credential, in the CLI's order of precedence: a provider that is chosen beats a key. */
    static Credential from(Map<String, String> environment) {
        return provider(environment)
                .or(() -> value(environment, "ANTHROPIC_API_KEY").map(key -> apiKey(key, Map.of())))
                .or(() -> value(environment, "ANTHROPIC_AUTH_TOKEN").map(token -> authToken(token, Map.of())))
                .or(() -> value(environment, "CLAUDE_CODE_OAUTH_TOKEN").map(token -> oauthToken(token, Map.of())))
                .or(() -> federation(environment))
                .orElseGet(None::new);
    }

    /** A key of the API. */
    static Credential apiKey(String key, Map<String, String> companions) {
        return new ByDescriptor("api_key", "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR", key, companions);
    }

    /** A token that {@code claude setup-token} has made. */
    static Credential oauthToken(String token, Map<String, String> companions) {
        return new ByDescriptor("oauth_token", "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR", token, companions);
    }

    /** A gateway's bearer token. */
    static Credential authToken(String token, Map<String, String> companions) {
        Map<String, String> all = new HashMap<>(companions);
        all.put("ANTHROPIC_AUTH_TOKEN", token);
        return new ByEnvironment("auth_token", "ANTHROPIC_AUTH_TOKEN", all);
    }

    private static Optional<Credential> provider(Map<String, String> environment) {
        return PROVIDERS.keySet().stream()
                .sorted()
                .filter(name -> OwnVariables.isOn(environment.get(name)))
                .findFirst()
                .map(name -> new Provider(PROVIDERS.getOrDefault(name, name)));
    }

    private static Optional<Credential> federation(Map<String, String> environment) {
        Map<String, String> told = FEDERATION.stream()
                .filter(name -> value(environment, name).isPresent())
                .collect(Collectors.toMap(
                        name -> name, name -> value(environment, name).orElseThrow()));
        boolean on = told.containsKey(FEDERATION.get(0)) && told.containsKey(FEDERATION.get(1));
        return on ? Optional.of(new Federated(told)) : Optional.empty();
    }

    /** The first 16 hexadecimal digits of the SHA-256. */
    static String fingerprint(byte[] secret) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String fingerprint(String secret) {
        return fingerprint(secret.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }
}
