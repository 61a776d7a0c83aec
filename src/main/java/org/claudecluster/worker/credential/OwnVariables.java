package org.claudecluster.worker.credential;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which variables of the worker's own environment tasks get: by one table, of which the first row that fits
 * decides. A variable that fits none stays with the worker. Read off the program of 2.1.330.
 */
public final class OwnVariables {

    private OwnVariables() {}

    /** When a task's process gets it. */
    public enum Passes {
        /** Paths, addresses, limits and switches, which are no secrets whatever they are called. */
        ALWAYS,
        /** With the credential that is in use: by a descriptor where the CLI takes it so, see {@link Credential}. */
        WITH_CREDENTIAL,
        /** Never: the worker's own, or of the session in which somebody started the worker. */
        NEVER,
        /** Amazon's: Bedrock, Mantle and Claude on AWS. Its secrets reach the CLI by the environment only. */
        WITH_AWS,
        /** Google's: Vertex and Claude on Google Cloud. */
        WITH_GOOGLE,
        /** Microsoft's: Foundry. */
        WITH_AZURE,
        /** Where telemetry goes, which may need a key in its headers. */
        WITH_TELEMETRY,
        /** What opens a client key that is named. */
        WITH_CLIENT_KEY;

        /** Whether a process with these variables gets it. */
        public boolean in(Map<String, String> variables) {
            return switch (this) {
                case ALWAYS -> true;
                case WITH_CREDENTIAL, NEVER -> false;
                case WITH_AWS ->
                    isAnyOn(
                            variables,
                            "CLAUDE_CODE_USE_BEDROCK",
                            "CLAUDE_CODE_USE_MANTLE",
                            "CLAUDE_CODE_USE_ANTHROPIC_AWS");
                case WITH_GOOGLE ->
                    isAnyOn(variables, "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD");
                case WITH_AZURE -> isAnyOn(variables, "CLAUDE_CODE_USE_FOUNDRY");
                case WITH_TELEMETRY -> isAnyOn(variables, "CLAUDE_CODE_ENABLE_TELEMETRY");
                case WITH_CLIENT_KEY ->
                    !variables.getOrDefault("CLAUDE_CODE_CLIENT_KEY", "").isBlank();
            };
        }

        private static boolean isAnyOn(Map<String, String> variables, String... switches) {
            return Stream.of(switches).anyMatch(name -> isOn(variables.get(name)));
        }
    }

    /** What the CLI takes for a yes. */
    private static final Set<String> YES = Set.of("1", "true", "yes", "on");

    /** Whether the CLI would see a switch as thrown. */
    static boolean isOn(@Nullable String value) {
        return value != null && YES.contains(value.strip().toLowerCase(Locale.ROOT));
    }

    /** A name, or the beginning of one before a {@code *}, or the end of one behind it. */
    private record Row(Passes passes, List<String> names) {

        static Row of(Passes passes, String... names) {
            return new Row(passes, List.of(names));
        }

        boolean fits(String name) {
            return names.stream().anyMatch(pattern -> fits(pattern, name));
        }

        private static boolean fits(String pattern, String name) {
            if (pattern.startsWith("*")) {
                return name.endsWith(pattern.substring(1));
            }
            return pattern.endsWith("*")
                    ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                    : name.equals(pattern);
        }
    }

    private static final List<Row> TABLE = List.of(
            // What the machine and the way out need. Tools have both spellings of the proxies.
            Row.of(Passes.ALWAYS, "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "IS_SANDBOX"),
            Row.of(Passes.ALWAYS, "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
            Row.of(Passes.ALWAYS, "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
            Row.of(Passes.ALWAYS, "NODE_EXTRA_CA_CERTS", "NODE_USE_SYSTEM_CA", "SSL_CERT_FILE", "SSL_CERT_DIR"),
            Row.of(Passes.ALWAYS, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"),
            // Of the session in which somebody started the worker.
            Row.of(Passes.NEVER, "CLAUDE_CODE_SESSION_*", "CLAUDE_CODE_CHILD_SESSION", "CLAUDE_CODE_ENTRYPOINT"),
            Row.of(Passes.NEVER, "CLAUDE_CODE_SSE_PORT", "CLAUDE_CODE_REMOTE*", "CLAUDE_CODE_CONTAINER_ID"),
            // A descriptor's number means nothing in a process that did not inherit the descriptor.
            Row.of(Passes.NEVER, "*_FILE_DESCRIPTOR"),
            // Who it is for the API, and what chooses another provider: beside a mounted key they would be a second
            // one.
            Row.of(Passes.WITH_CREDENTIAL, "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"),
            new Row(Passes.WITH_CREDENTIAL, Credential.FEDERATION),
            new Row(Passes.WITH_CREDENTIAL, List.copyOf(Credential.PROVIDERS.keySet())),
            // Mutual TLS: paths in spite of their names.
            Row.of(Passes.ALWAYS, "CLAUDE_CODE_CLIENT_CERT", "CLAUDE_CODE_CLIENT_KEY"),
            Row.of(Passes.WITH_CLIENT_KEY, "CLAUDE_CODE_CLIENT_KEY_PASSPHRASE"),
            // May hold a gateway's key, and the gateway can't be reached without.
            Row.of(Passes.ALWAYS, "ANTHROPIC_CUSTOM_HEADERS"),
            // Where a provider is, is told in any case; who it knows us as, only when it is chosen.
            Row.of(Passes.ALWAYS, "AWS_REGION", "AWS_DEFAULT_REGION", "CLOUD_ML_REGION", "GOOGLE_CLOUD_PROJECT"),
            Row.of(Passes.WITH_AWS, "AWS_*", "ANTHROPIC_AWS_API_KEY"),
            Row.of(Passes.WITH_GOOGLE, "GOOGLE_*", "GCLOUD_PROJECT", "CLOUDSDK_*", "GCE_METADATA_*", "VERTEX_*"),
            Row.of(Passes.WITH_GOOGLE, "METADATA_SERVER_DETECTION", "DETECT_GCP_RETRIES"),
            Row.of(Passes.WITH_AZURE, "AZURE_*", "ANTHROPIC_FOUNDRY_API_KEY", "ANTHROPIC_FOUNDRY_AUTH_TOKEN"),
            Row.of(Passes.WITH_AZURE, "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"),
            Row.of(Passes.WITH_AZURE, "MSI_ENDPOINT", "MSI_SECRET"),
            Row.of(Passes.WITH_TELEMETRY, "OTEL_*"),
            // What is left and is called a secret is one.
            Row.of(Passes.NEVER, "*_KEY", "*_TOKEN", "*_SECRET", "*_PASSWORD", "*_PASSPHRASE"),
            Row.of(Passes.NEVER, "*_CREDENTIAL", "*_CREDENTIALS", "*_HEADERS", "*_COOKIE", "*_JWT"),
            // What the CLI's documentation has, and what a later version will have.
            Row.of(Passes.ALWAYS, "ANTHROPIC_*", "CLAUDE_CODE_*", "BASH_DEFAULT_*", "BASH_MAX_*", "MCP_*", "DISABLE_*"),
            Row.of(Passes.ALWAYS, "API_TIMEOUT_MS", "API_FORCE_IDLE_TIMEOUT", "MAX_THINKING_TOKENS"),
            Row.of(Passes.ALWAYS, "MAX_MCP_OUTPUT_TOKENS", "MAX_STRUCTURED_OUTPUT_RETRIES", "TASK_MAX_OUTPUT_LENGTH"),
            Row.of(Passes.ALWAYS, "CLAUDE_STREAM_IDLE_TIMEOUT_MS", "CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS"),
            Row.of(Passes.ALWAYS, "CLAUDE_AUTOCOMPACT_PCT_OVERRIDE", "CLAUDE_BASH_MAINTAIN_PROJECT_WORKING_DIR"),
            Row.of(Passes.ALWAYS, "CLAUDE_ENV_FILE", "SLASH_COMMAND_TOOL_CHAR_BUDGET", "ENABLE_TOOL_SEARCH"),
            Row.of(Passes.ALWAYS, "USE_BUILTIN_RIPGREP", "FALLBACK_FOR_ALL_PRIMARY_MODELS", "DO_NOT_TRACK"));

    /** What becomes of the variable of this name. */
    public static Passes of(String name) {
        Optional<Row> first = TABLE.stream().filter(row -> row.fits(name)).findFirst();
        return first.map(Row::passes).orElse(Passes.NEVER);
    }
}
