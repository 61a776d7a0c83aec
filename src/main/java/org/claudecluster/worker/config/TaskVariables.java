package org.claudecluster.worker.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.smallrye.config.EnvConfigSource;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * The variables that every task gets ({@link WorkerConfig.Task#env}), by the names that were given. Variables of the
 * worker's environment are read there: as a key, {@code WORKER_TASK_ENV_GIT_TOKEN} would be {@code git.token}.
 */
public record TaskVariables(Map<String, String> values) {

    static final String KEYS = "worker.task.env.";
    static final String NAMES = "WORKER_TASK_ENV_";

    private static final Pattern LEGAL = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** Linux ends one variable, with its name and the NUL behind it, at 128 KiB; with a longer one no program starts. */
    private static final int MAX_BYTES = 128 * 1024 - 1;

    /** By these the worker finds what is a task's, and tells the CLI where its files and its credential are. */
    private static final Pattern THE_WORKERS_OWN = Pattern.compile(
            "CLAUDECLUSTER_.*|CLAUDE_CONFIG_DIR|CLAUDE_SECURESTORAGE_CONFIG_DIR|CLAUDE_CODE_TMPDIR|.*_FILE_DESCRIPTOR");

    public TaskVariables {
        values = Map.copyOf(values);
        values.forEach((name, value) -> problem(name)
                .or(() -> valueProblem(name, value))
                .ifPresent(why -> {
                    throw new IllegalArgumentException(KEYS + name + " " + why);
                }));
    }

    /** What is wrong with a value, which is not shown. */
    private static Optional<String> valueProblem(String name, String value) {
        if (value.indexOf('\0') >= 0) {
            return Optional.of("is not allowed: a variable can't hold NUL");
        }
        int bytes = (name + "=" + value).getBytes(UTF_8).length;
        return bytes > MAX_BYTES
                ? Optional.of("is not allowed: with its name it has %d bytes, at most %d fit; put it into a file"
                        .formatted(bytes, MAX_BYTES))
                : Optional.empty();
    }

    /** What is wrong with a name, if anything. Its value may be a secret and is never told. */
    public static Optional<String> problem(String name) {
        if (!LEGAL.matcher(name).matches()) {
            return Optional.of(
                    "is not allowed: a variable's name has letters, digits and underscores, and no digit first");
        }
        return THE_WORKERS_OWN.matcher(name).matches()
                ? Optional.of("is not allowed: the worker gives each task its own")
                : Optional.empty();
    }

    /** The part of an environment name that names a task's variable. */
    public static Optional<String> named(String environmentName) {
        return environmentName.startsWith(NAMES)
                ? Optional.of(environmentName.substring(NAMES.length()))
                : Optional.empty();
    }

    /** Throws {@link IllegalArgumentException} for a name that no task may get. */
    public static TaskVariables of(Config config) {
        Map<String, String> all = new TreeMap<>();
        StreamSupport.stream(config.getConfigSources().spliterator(), false)
                .filter(EnvConfigSource.class::isInstance)
                .sorted(Comparator.comparingInt(ConfigSource::getOrdinal))
                .forEach(source -> addGiven(source, all));
        Set<String> environments = StreamSupport.stream(
                        config.getConfigSources().spliterator(), false)
                .filter(EnvConfigSource.class::isInstance)
                .map(ConfigSource::getName)
                .collect(Collectors.toSet());
        for (String key : config.getPropertyNames()) {
            if (!key.startsWith(KEYS)) {
                continue;
            }
            String name = unquoted(key.substring(KEYS.length()));
            ConfigValue value = config.getConfigValue(key);
            if (!environments.contains(value.getSourceName())) {
                all.put(name, String.valueOf(value.getValue()));
            } else if (!all.containsKey(name)) {
                // A name that differs from one of the environment by its case only.
                elsewhere(config, key).ifPresent(text -> all.put(name, text));
            }
        }
        return new TaskVariables(all);
    }

    private static void addGiven(ConfigSource environment, Map<String, String> all) {
        environment.getProperties().forEach((given, value) -> named(given).ifPresent(name -> all.put(name, value)));
    }

    private static Optional<String> elsewhere(Config config, String key) {
        return StreamSupport.stream(config.getConfigSources().spliterator(), false)
                .filter(source -> !(source instanceof EnvConfigSource))
                .flatMap(source -> Optional.ofNullable(source.getValue(key)).stream())
                .findFirst();
    }

    private static String unquoted(String name) {
        boolean isQuoted = name.length() > 1 && name.startsWith("\"") && name.endsWith("\"");
        return isQuoted ? name.substring(1, name.length() - 1) : name;
    }

    /** Names only: a value may be a secret. */
    @Override
    public String toString() {
        return "TaskVariables" + values.keySet();
    }
}
