package org.claudecluster.worker.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import io.smallrye.config.common.utils.StringUtil;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every key of the config interfaces, as their annotations tell it. */
final class ConfigKeys {

    static final Class<?>[] INTERFACES = {
        AccessConfig.class,
        WorkerConfig.class,
        AuthConfig.class,
        ExecutorConfig.class,
        StorageConfig.class,
        StreamConfig.class,
        TranscriptConfig.class,
        WatchdogConfig.class,
        LogConfig.class
    };

    private ConfigKeys() {}

    /**
     * A key with its default and its bounds, where it has them.
     *
     * @param words what the page says of bounds that are not two numbers
     */
    record Key(
            String name, Optional<String> byDefault, Optional<Long> min, Optional<Long> max, Optional<String> words) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Key> all() {
        return Arrays.stream(INTERFACES)
                .flatMap(type -> keys(type.getAnnotation(ConfigMapping.class).prefix(), type));
    }

    private static Stream<Key> keys(String prefix, Class<?> group) {
        return Arrays.stream(group.getMethods()).flatMap(method -> {
            String name = prefix + "." + name(method);
            boolean isGroup = method.getReturnType().getEnclosingClass() == group
                    && method.getReturnType().isInterface();
            return isGroup
                    ? keys(name, method.getReturnType())
                    : groupOfMap(method)
                            .map(named -> keys(name.replaceFirst("\\*$", "NAME"), named))
                            .orElseGet(() -> Stream.of(key(name, method)));
        });
    }

    /** The settings below each name of a map, where its values are more than texts. */
    private static Optional<Class<?>> groupOfMap(Method method) {
        return method.getGenericReturnType() instanceof ParameterizedType map
                        && map.getRawType() == Map.class
                        && map.getActualTypeArguments()[1] instanceof Class<?> value
                        && value.isInterface()
                ? Optional.of(value)
                : Optional.empty();
    }

    private static String name(Method method) {
        WithName given = method.getAnnotation(WithName.class);
        String name = given == null ? StringUtil.skewer(method.getName()) : given.value();
        return method.getReturnType() == Map.class ? name + ".*" : name;
    }

    private static Key key(String name, Method method) {
        return new Key(
                name,
                Optional.ofNullable(method.getAnnotation(WithDefault.class)).map(WithDefault::value),
                Optional.ofNullable(method.getAnnotation(WholeNumber.class)).map(WholeNumber::from),
                Optional.ofNullable(method.getAnnotation(WholeNumber.class))
                        .map(WholeNumber::to)
                        .filter(to -> to < Long.MAX_VALUE),
                words(method));
    }

    private static Optional<String> words(Method method) {
        if (method.getReturnType() == boolean.class) {
            return Optional.of("`true`, `false`");
        }
        if (method.getReturnType().isEnum()) {
            return Optional.of(Arrays.stream(method.getReturnType().getEnumConstants())
                    .map(word -> "`" + word.toString().toLowerCase(Locale.ROOT) + "`")
                    .collect(Collectors.joining(", ")));
        }
        if (method.getReturnType() == MemorySize.class) {
            return Optional.of(Optional.ofNullable(method.getAnnotation(ByteSize.class))
                    .map(size -> "at least " + told(size.fromKiB()))
                    .orElse("0 or more"));
        }
        return Optional.ofNullable(method.getAnnotation(TimeSpan.class))
                .map(span -> span.moreThanZero() ? "more than 0" : "0 to `" + span.mostDays() + "d`")
                .or(() -> Optional.ofNullable(method.getAnnotation(TextLength.class))
                        .map(text ->
                                (text.from() == 0 ? "at most " : text.from() + " to ") + text.to() + " characters"));
    }

    private static String told(long kib) {
        return kib % 1024 == 0 ? kib / 1024 + "M" : kib + "K";
    }
}
