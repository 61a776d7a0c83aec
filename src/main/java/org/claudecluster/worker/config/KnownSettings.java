package org.claudecluster.worker.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Every {@code worker.*} key and what it may be, read off the configuration interfaces. */
public final class KnownSettings {

    static final List<Class<?>> MAPPINGS = List.of(
            WorkerConfig.class,
            AccessConfig.class,
            AuthConfig.class,
            ExecutorConfig.class,
            StorageConfig.class,
            StreamConfig.class,
            TranscriptConfig.class,
            WatchdogConfig.class,
            LogConfig.class);

    private static final String TEXT = "a text";
    private static final String ANY_TEXT = "any text";
    private static final Pattern NO_LETTER_OR_DIGIT = Pattern.compile("[^A-Za-z0-9]");
    private static final Map<String, String> ALL = readOff(MAPPINGS, KnownSettings::told);
    private static final Map<String, Optional<Range>> RANGES = readOff(MAPPINGS, KnownSettings::range);
    private static final List<String> ENVIRONMENT_NAMES =
            ALL.keySet().stream().map(KnownSettings::environmentName).toList();

    private KnownSettings() {}

    /** The whole numbers that a setting may be, both ends included. */
    public record Range(long from, long to) {}

    /** Key to what is allowed, as the end of a sentence. A key that ends with a dot is a map's: any name may follow. */
    public static Map<String, String> all() {
        return ALL;
    }

    private static <T> Map<String, T> readOff(List<Class<?>> mappings, Function<Method, T> told) {
        Map<String, T> known = new TreeMap<>();
        for (Class<?> mapping : mappings) {
            add(mapping.getAnnotation(ConfigMapping.class).prefix(), mapping, told, known);
        }
        return Collections.unmodifiableMap(known);
    }

    /** What a key may be that is a whole number; empty for any other. */
    public static Optional<Range> range(String key) {
        return RANGES.getOrDefault(key, Optional.empty());
    }

    private static Optional<Range> range(Method method) {
        return Optional.ofNullable(method.getAnnotation(WholeNumber.class))
                .map(number -> new Range(number.from(), number.to()));
    }

    /** What the key may be; empty for an unknown one. */
    public static Optional<String> allowed(String key) {
        return Optional.ofNullable(all().get(key));
    }

    /** Whether an environment name such as {@code WORKER_SLOTS_MAX} stands for a key. */
    public static boolean isKnownEnvironmentName(String name) {
        return ENVIRONMENT_NAMES.stream()
                .anyMatch(known -> known.endsWith("_") ? name.startsWith(known) : name.equals(known));
    }

    /** The known environment name that differs least from an unknown one, where one is near. */
    public static Optional<String> nearestEnvironmentName(String unknown) {
        return NearestName.to(unknown, ENVIRONMENT_NAMES);
    }

    /** Whether a value of this key may be shown: a number can't be a password, a text or a path may hold one. */
    public static boolean isHarmless(String key) {
        return allowed(key)
                .filter(allowed -> !allowed.startsWith(ANY_TEXT) && !allowed.startsWith(TEXT))
                .isPresent();
    }

    /** MicroProfile Config's rule: every character that is no letter or digit is an underscore. */
    public static String environmentName(String key) {
        return NO_LETTER_OR_DIGIT.matcher(key).replaceAll("_").toUpperCase(Locale.ROOT);
    }

    private static <T> void add(String prefix, Class<?> group, Function<Method, T> told, Map<String, T> known) {
        for (Method method : group.getDeclaredMethods()) {
            String key = key(prefix, method);
            if (isGroup(group, method)) {
                add(key, method.getReturnType(), told, known);
            } else {
                known.put(method.getReturnType() == Map.class ? key + "." : key, told.apply(method));
            }
        }
    }

    private static String told(Method method) {
        return method.getReturnType() == Map.class ? ANY_TEXT : allowed(method) + defaultOf(method);
    }

    static String key(String prefix, Method method) {
        return prefix + "." + name(method);
    }

    /** Whether the method answers more settings, under its own name. */
    static boolean isGroup(Class<?> within, Method method) {
        Class<?> type = method.getReturnType();
        return type.isInterface() && type.getEnclosingClass() == within;
    }

    private static String name(Method method) {
        WithName given = method.getAnnotation(WithName.class);
        return given != null
                ? given.value()
                : method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static String allowed(Method method) {
        @Nullable WholeNumber number = method.getAnnotation(WholeNumber.class);
        if (number != null) {
            return "a whole number from " + number.from()
                    + (number.to() == Long.MAX_VALUE ? " up" : " to " + number.to());
        }
        Class<?> type = method.getReturnType();
        if (type == Duration.class) {
            return "a duration such as 250ms, 30s or 5m, " + span(method.getAnnotation(TimeSpan.class));
        }
        if (type == MemorySize.class) {
            return "a size such as 512K, 8M or 1G" + least(method.getAnnotation(ByteSize.class));
        }
        if (type == ExecutorConfig.Type.class) {
            return "auto, or the name of an executor";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
        }
        return isPath(method.getGenericReturnType()) ? "a path" : TEXT;
    }

    private static String span(@Nullable TimeSpan span) {
        return span == null
                ? "at most " + SettingsValidator.LONGEST_DAYS + "d"
                : (span.moreThanZero() ? "more than 0 and " : "") + "at most " + span.mostDays() + "d";
    }

    private static String least(@Nullable ByteSize size) {
        return size == null ? "" : ", at least " + size.fromKiB() + "K";
    }

    private static boolean isPath(Type type) {
        Type inner = type instanceof ParameterizedType wrapped ? wrapped.getActualTypeArguments()[0] : type;
        return inner == Path.class;
    }

    private static String defaultOf(Method method) {
        WithDefault value = method.getAnnotation(WithDefault.class);
        return value == null ? "" : " (default " + value.value() + ")";
    }
}
