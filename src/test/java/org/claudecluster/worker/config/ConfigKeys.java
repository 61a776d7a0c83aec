package org.claudecluster.worker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import io.smallrye.config.common.utils.StringUtil;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
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

    /** A key with its default and its bounds, where it has them. */
    record Key(String name, Optional<String> byDefault, Optional<Long> min, Optional<Long> max) {
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
                        .filter(to -> to < Long.MAX_VALUE));
    }
}
