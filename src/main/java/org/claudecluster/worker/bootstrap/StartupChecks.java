package org.claudecluster.worker.bootstrap;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.claudecluster.worker.config.KnownSettings;
import org.claudecluster.worker.config.TaskVariables;
import org.claudecluster.worker.credential.CredentialFile;
import org.claudecluster.worker.credential.CredentialFileShape;
import org.claudecluster.worker.exec.ExecutorType;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the environment before anything is started: each wrong value becomes one line that names the key, the value
 * and what is allowed. A value that may be a secret is never shown, and that of an unknown name may be one.
 */
public final class StartupChecks {

    private static final String DATA_DIR_KEY = "worker.storage.data-dir";
    private static final String DATA_DIR_ENV = "WORKER_STORAGE_DATA_DIR";
    private static final String JDBC_URL_KEY = "worker.storage.jdbc-url";
    private static final String JDBC_URL_ENV = "WORKER_STORAGE_JDBC_URL";
    private static final String DEBUGGABLE_KEY = "worker.executor.debuggable";
    private static final String DEBUGGABLE_ENV = "WORKER_EXECUTOR_DEBUGGABLE";
    private static final String AUTH_FILE_KEY = "worker.auth.file";
    private static final String AUTH_FILE_ENV = "WORKER_AUTH_FILE";
    private static final String AUTH_FILE = "/app/auth/config.json";
    private static final Pattern JDBC_URL = Pattern.compile("jdbc:postgresql:(//[^/?\\s]+/)?[^/?\\s]+(\\?\\S*)?");

    /** What Kubernetes puts into each pod for a Service called worker, or worker-something. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("WORKER_(\\w+_)?(SERVICE_(HOST|PORT)(_\\w+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_\\w+)?)?)");

    private StartupChecks() {}

    /** Says which values are allowed. */
    private sealed interface Rule {
        record Range(long min, long max) implements Rule {}

        record OneOf(Set<String> words) implements Rule {}

        record NotBlank() implements Rule {}

        /** Which there are is known when the executors are: {@link ExecutorProducers} refuses the others. */
        record ExecutorName() implements Rule {}
    }

    private static final Map<String, Rule> RULES = Map.ofEntries(
            Map.entry("PORT", new Rule.Range(1, 65_535)),
            Map.entry("HOST", new Rule.NotBlank()),
            Map.entry("NODE_ENV", new Rule.OneOf(Set.of("production", "development"))),
            Map.entry("LOG_LEVEL", new Rule.OneOf(Set.of("debug", "info", "warn", "error"))),
            Map.entry("CLAUDE_CLI_PATH", new Rule.NotBlank()),
            Map.entry("PTY_TIMEOUT_MS", rangeOf("worker.task.timeout-ms")),
            Map.entry("MAX_CONCURRENT_PROCESSES", rangeOf("worker.slots.max")),
            Map.entry("PTY_TERMINAL_COLS", rangeOf("worker.executor.terminal.cols")),
            Map.entry("PTY_TERMINAL_ROWS", rangeOf("worker.executor.terminal.rows")),
            Map.entry("EXECUTOR_TYPE", new Rule.ExecutorName()),
            Map.entry("STREAMING_TYPE", new Rule.OneOf(Set.of("sse", "stub"))),
            Map.entry("SSE_KEEPALIVE_INTERVAL", rangeOf("worker.stream.keepalive-ms")),
            Map.entry("SSE_MAX_CONNECTIONS", rangeOf("worker.stream.max-connections")));

    private static Rule rangeOf(String key) {
        KnownSettings.Range range = KnownSettings.range(key).orElseThrow();
        return new Rule.Range(range.from(), range.to());
    }

    public static List<String> problems(Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        RULES.keySet().stream().sorted().forEach(key -> {
            String value = environment.get(key);
            if (value != null) {
                problem(key, value).ifPresent(problems::add);
            }
        });
        environment.keySet().stream()
                .sorted()
                .filter(StartupChecks::isUnknown)
                .forEach(key -> problems.add(unknown(key)));
        environment.keySet().stream()
                .sorted()
                .forEach(key -> TaskVariables.named(key)
                        .flatMap(TaskVariables::problem)
                        .ifPresent(why -> problems.add(key + " " + why)));
        dataDirProblem(dataDir(environment)).ifPresent(problems::add);
        jdbcUrl(environment).flatMap(StartupChecks::jdbcUrlProblem).ifPresent(problems::add);
        authFileProblem(environment).ifPresent(problems::add);
        return problems;
    }

    /** By its name only: nobody knows what its value is, and in a mistyped name it may be a password. */
    private static String unknown(String key) {
        return key + " is an unknown setting"
                + KnownSettings.nearestEnvironmentName(key)
                        .map(name -> " (is it " + name + "?)")
                        .orElse("")
                + ": docs/configuration.md lists them";
    }

    private static boolean isUnknown(String key) {
        return key.startsWith("WORKER_")
                && !SERVICE_LINK.matcher(key).matches()
                && !KnownSettings.isKnownEnvironmentName(key);
    }

    /** Whether somebody listens there already; to be asked last, since the answer grows old. */
    public static Optional<String> portProblem(Map<String, String> environment) {
        String port = environment.getOrDefault("PORT", "3001");
        String host = environment.getOrDefault("HOST", "127.0.0.1");
        try (ServerSocket _ = new ServerSocket(Integer.parseInt(port), 1, InetAddress.getByName(host))) {
            return Optional.empty();
        } catch (IOException _) {
            return Optional.of(
                    "PORT=%s on HOST=%s is in use or not ours to bind: set another, or stop what listens there"
                            .formatted(port, host));
        }
    }

    private static Optional<String> problem(String key, String value) {
        return switch (RULES.get(key)) {
            case Rule.Range(long min, long max)
            when !isWithin(value, min, max) ->
                Optional.of("%s=%s is not allowed: a whole number from %d to %d".formatted(key, value, min, max));
            case Rule.OneOf(Set<String> words)
            when !words.contains(value) ->
                Optional.of("%s=%s is not allowed: one of %s"
                        .formatted(
                                key,
                                value,
                                String.join(", ", words.stream().sorted().toList())));
            case Rule.NotBlank() when value.isBlank() -> Optional.of(key + " is empty: give a value, or leave it out");
            case Rule.ExecutorName()
            when ExecutorType.ofWire(value).isEmpty() ->
                Optional.of("%s=%s is not allowed: auto, or the name of an executor".formatted(key, value));
            case Rule.Range _, Rule.OneOf _, Rule.NotBlank _, Rule.ExecutorName _ -> Optional.empty();
            case null -> Optional.empty();
        };
    }

    private static boolean isWithin(String value, long min, long max) {
        if (!value.matches("\\d{1,10}")) {
            return false;
        }
        long number = Long.parseLong(value);
        return number >= min && number <= max;
    }

    private static Optional<String> jdbcUrl(Map<String, String> environment) {
        return Optional.ofNullable(System.getProperty(JDBC_URL_KEY, environment.get(JDBC_URL_ENV)))
                .filter(url -> !url.isBlank());
    }

    /** The URL may hold a password, so the line shows none of it. */
    private static Optional<String> jdbcUrlProblem(String url) {
        return JDBC_URL.matcher(url).matches()
                ? Optional.empty()
                : Optional.of(JDBC_URL_ENV
                        + " is not allowed: jdbc:postgresql://host:5432/database, or nothing for the embedded store");
    }

    /** Later on, a file that is refused makes tasks wait; at the start somebody is there to read why. */
    private static Optional<String> authFileProblem(Map<String, String> environment) {
        String file = System.getProperty(AUTH_FILE_KEY, environment.getOrDefault(AUTH_FILE_ENV, AUTH_FILE));
        try {
            return switch (CredentialFile.read(Path.of(file))) {
                case CredentialFile.Refused(String why) ->
                    Optional.of("%s=%s is refused: %s; accepted are %s"
                            .formatted(AUTH_FILE_ENV, file, why, CredentialFileShape.ACCEPTED));
                case CredentialFile.Unreadable(String why) ->
                    Optional.of("%s=%s is there, but %s".formatted(AUTH_FILE_ENV, file, why));
                case CredentialFile.Absent _, CredentialFile.Accepted _ -> Optional.empty();
            };
        } catch (InvalidPathException _) {
            return Optional.of(AUTH_FILE_ENV + " is not allowed: a path");
        }
    }

    /** Read this early, since a task that a predecessor left may be there from the start on. */
    public static boolean isDebuggable(Map<String, String> environment) {
        return Boolean.parseBoolean(System.getProperty(DEBUGGABLE_KEY, environment.get(DEBUGGABLE_ENV)));
    }

    /** What the environment means for settings that can't name it themselves. */
    public static Map<String, String> properties(Map<String, String> environment) {
        Map<String, String> properties = new HashMap<>();
        properties.put(DATA_DIR_KEY, dataDir(environment).toString());
        Optional.ofNullable(environment.get("LOG_LEVEL"))
                .ifPresent(level -> properties.put("quarkus.log.level", level.toUpperCase(Locale.ROOT)));
        if ("development".equals(environment.get("NODE_ENV"))) {
            properties.put("quarkus.log.console.json.enabled", "false");
            properties.put("quarkus.log.file.json.enabled", "false");
        }
        LogFile.asked(environment).filter(LogFile::isWritable).ifPresent(file -> {
            properties.put("quarkus.log.file.enabled", "true");
            properties.put("quarkus.log.file.path", file.path().toString());
        });
        return properties;
    }

    /** Absolute, since H2 refuses a path that depends on where it was started. */
    private static Path dataDir(Map<String, String> environment) {
        @Nullable String given = System.getProperty(DATA_DIR_KEY, environment.get(DATA_DIR_ENV));
        try {
            return Path.of(given == null ? "data" : given).toAbsolutePath().normalize();
        } catch (InvalidPathException _) {
            return Path.of("/");
        }
    }

    private static Optional<String> dataDirProblem(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.delete(Files.createTempFile(directory, "start", ".tmp"));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("%s=%s is not writable (%s): give a directory that this user may write"
                    .formatted(DATA_DIR_ENV, directory, e.getClass().getSimpleName()));
        }
    }
}
