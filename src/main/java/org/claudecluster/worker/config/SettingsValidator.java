package org.claudecluster.worker.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.ConfigValidationException.Problem;
import io.smallrye.config.ConfigValidator;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds the settings within their bounds when they are read. Constraints of Bean Validation would say the same, but one
 * of them on one setting makes Quarkus look at each of its own 160 configuration classes at the start: a quarter of the
 * time to the first answer (ADR 0025).
 */
public final class SettingsValidator implements SmallRyeConfigBuilderCustomizer, ConfigValidator {

    static final int LONGEST_DAYS = 3650;

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        builder.withValidator(this);
    }

    @Override
    public void validateMapping(Class<?> mapping, String prefix, Object values) {
        if (!KnownSettings.MAPPINGS.contains(mapping)) {
            return;
        }
        List<Problem> problems = new ArrayList<>();
        check(mapping, prefix, values, problems);
        if (!problems.isEmpty()) {
            throw new ConfigValidationException(problems.toArray(Problem[]::new));
        }
    }

    private static void check(Class<?> group, String prefix, Object values, List<Problem> problems) {
        for (Method setting : group.getDeclaredMethods()) {
            String key = KnownSettings.key(prefix, setting);
            if (KnownSettings.isGroup(group, setting)) {
                check(setting.getReturnType(), key, value(setting, values), problems);
            } else if (isBounded(setting) && !isWithin(setting, value(setting, values))) {
                problems.add(new Problem(key + " is out of bounds"));
            }
        }
    }

    private static boolean isBounded(Method setting) {
        return setting.isAnnotationPresent(WholeNumber.class)
                || setting.isAnnotationPresent(TextLength.class)
                || setting.getReturnType() == Duration.class
                || setting.getReturnType() == MemorySize.class;
    }

    /** Each value of a list counts for itself, and none at all is fine. */
    private static boolean isWithin(Method setting, Object value) {
        if (value instanceof Optional<?> given) {
            return given.isEmpty() || isWithin(setting, given.get());
        }
        if (value instanceof Collection<?> several) {
            return several.stream().allMatch(one -> isWithin(setting, one));
        }
        if (value instanceof Duration given) {
            return isWithin(setting.getAnnotation(TimeSpan.class), given);
        }
        if (value instanceof MemorySize given) {
            @Nullable ByteSize size = setting.getAnnotation(ByteSize.class);
            BigInteger least = BigInteger.valueOf(size == null ? 0 : 1024 * size.fromKiB());
            return given.asBigInteger().compareTo(least) >= 0
                    && given.asBigInteger().bitLength() < Long.SIZE;
        }
        @Nullable WholeNumber number = setting.getAnnotation(WholeNumber.class);
        if (number != null) {
            long given = ((Number) value).longValue();
            return given >= number.from() && given <= number.to();
        }
        TextLength text = setting.getAnnotation(TextLength.class);
        int length = value.toString().length();
        return length >= text.from() && length <= text.to();
    }

    private static boolean isWithin(@Nullable TimeSpan span, Duration given) {
        boolean mayBeZero = span == null || !span.moreThanZero();
        Duration longest = Duration.ofDays(span == null ? LONGEST_DAYS : span.mostDays());
        return (mayBeZero ? !given.isNegative() : given.isPositive()) && given.compareTo(longest) <= 0;
    }

    private static Object value(Method setting, Object values) {
        try {
            return setting.invoke(values);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(setting.toString(), e);
        }
    }
}
