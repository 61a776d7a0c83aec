package org.claudecluster.worker.claude;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The whole environment of a task's process, built and not inherited: only what is named here is taken over from the
 * worker, so that neither its database password nor any other secret reaches a tool.
 */
public final class ChildEnvironment {

    /** The variable by which every descendant of a task can be found again; its value is the task's id. */
    public static final String MARKER = "CLAUDECLUSTER_TASK";

    /** The same for one run of the task, by which its processes are found; its value is made by {@link #run}. */
    public static final String RUN_MARKER = "CLAUDECLUSTER_RUN";

    private static final Set<String> INHERITED = Set.of(
            "PATH",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "TZ",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "no_proxy",
            "all_proxy",
            "NODE_EXTRA_CA_CERTS",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "GIT_SSL_CAINFO",
            "IS_SANDBOX",
            "API_TIMEOUT_MS",
            "MAX_THINKING_TOKENS",
            "MAX_MCP_OUTPUT_TOKENS",
            "AWS_REGION",
            "CLOUD_ML_REGION",
            "GOOGLE_CLOUD_PROJECT");

    private static final List<String> INHERITED_PREFIXES =
            List.of("ANTHROPIC_", "CLAUDE_CODE_", "BASH_DEFAULT_", "BASH_MAX_", "MCP_", "DISABLE_");

    /**
     * How names of secrets end. Custom headers carry keys as well; a descriptor's number means nothing in a process that
     * did not inherit the descriptor.
     */
    private static final List<String> SECRET_SUFFIXES = List.of(
            "_KEY",
            "_TOKEN",
            "_SECRET",
            "_PASSWORD",
            "_PASSPHRASE",
            "_CUSTOM_HEADERS",
            "_CREDENTIALS",
            "_FILE_DESCRIPTOR");

    /** What an unattended run wants; the worker's own environment may override each. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG", "C.UTF-8",
            "TERM", "xterm-256color",
            "DISABLE_AUTOUPDATER", "1",
            "DISABLE_TELEMETRY", "1",
            "DISABLE_ERROR_REPORTING", "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1",
            "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1",
            // The CLI's own default retries a bad key for three silent minutes.
            "CLAUDE_CODE_MAX_RETRIES", "4");

    private final Map<String, String> inherited;

    /** Takes over what a child may have of the worker's own environment. */
    public ChildEnvironment(Map<String, String> own) {
        inherited = own.entrySet().stream()
                .filter(entry -> isInherited(entry.getKey()))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * Builds it.
     *
     * @param extra what the configuration names on top; it wins over everything but the marker
     * @param home HOME, shared by all tasks
     * @param configDirectory CLAUDE_CONFIG_DIR, writable
     * @param temporary a directory of the task's own, which is deleted after it
     */
    public Map<String, String> of(
            Map<String, String> extra, String marker, Path home, Path configDirectory, Path temporary) {
        Map<String, String> built = new TreeMap<>(DEFAULTS);
        built.putAll(inherited);
        built.put("HOME", home.toString());
        built.put("CLAUDE_CONFIG_DIR", configDirectory.toString());
        built.put("CLAUDE_CODE_TMPDIR", temporary.toString());
        built.put("TMPDIR", temporary.toString());
        built.putAll(extra);
        built.put(MARKER, marker);
        return built;
    }

    /** Names one run: the task's id and the claim's epoch, with a dot between. */
    public static String run(String task, long epoch) {
        return task + "." + epoch;
    }

    private static boolean isInherited(String name) {
        // Federation comes with the credential, or else it would stand beside a mounted key.
        if (SECRET_SUFFIXES.stream().anyMatch(name::endsWith) || Credential.FEDERATION.contains(name)) {
            return false;
        }
        return INHERITED.contains(name) || INHERITED_PREFIXES.stream().anyMatch(name::startsWith);
    }
}
