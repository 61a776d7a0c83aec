package org.claudecluster.worker.api.http;

import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.task.result.DecimalRange;
import org.claudecluster.worker.task.result.TaskProblem.FieldError;
import org.jspecify.annotations.Nullable;

/**
 * Holds a request's records within the constraints that their components carry, which the OpenAPI document shows as
 * well. It does the part of Bean Validation that is used; a whole engine for it took a tenth of the start (ADR 0025).
 */
public final class RequestValidator {

    private final List<Part> parts;

    private RequestValidator(List<Part> parts) {
        this.parts = parts;
    }

    /** Reads them off once. A constraint that nobody here understands is an error of the program. */
    public static RequestValidator of(Class<? extends Record> type) {
        return new RequestValidator(parts(type));
    }

    /** What is wrong, each under its path, such as {@code claude.allowedTools[0]}. */
    public List<FieldError> violated(Record request) {
        List<FieldError> errors = new ArrayList<>();
        check(parts, "", request, errors);
        return errors;
    }

    /** A component of a record. */
    private record Part(String name, Method accessor, Rule rule) {}

    /** Holds the rules for a value, for the values in it, and for its components. */
    private record Rule(List<Annotation> own, List<Rule> arguments, List<Part> parts) {}

    private static List<Part> parts(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(part -> new Part(part.getName(), part.getAccessor(), rule(part.getAnnotatedType())))
                .toList();
    }

    private static Rule rule(AnnotatedType type) {
        List<Annotation> own = Arrays.stream(type.getAnnotations())
                .filter(annotation ->
                        annotation.annotationType().getPackageName().equals(Size.class.getPackageName()))
                .toList();
        List<Rule> arguments = type instanceof AnnotatedParameterizedType generic
                ? Arrays.stream(generic.getAnnotatedActualTypeArguments())
                        .map(RequestValidator::rule)
                        .toList()
                : List.of();
        boolean isMadeOfParts = type.isAnnotationPresent(Valid.class);
        return new Rule(own, arguments, isMadeOfParts ? parts((Class<?>) type.getType()) : List.of());
    }

    private static void check(List<Part> parts, String path, Record values, List<FieldError> errors) {
        for (Part part : parts) {
            check(part.rule(), path + part.name(), value(part.accessor(), values), errors);
        }
    }

    private static void check(Rule rule, String field, @Nullable Object value, List<FieldError> errors) {
        // Two ends of one range say the same.
        List<String> messages = rule.own().stream()
                .flatMap(constraint -> violation(constraint, value).stream())
                .distinct()
                .toList();
        messages.forEach(message -> errors.add(new FieldError(field, message)));
        if (!messages.isEmpty()) {
            // Of too many values each would have an error of its own.
            return;
        }
        switch (value) {
            case Map<?, ?> map ->
                map.forEach((key, content) -> {
                    String entry = key.toString().isEmpty() ? field : field + "[" + key + "]";
                    check(rule.arguments().getFirst(), entry, key, errors);
                    check(rule.arguments().getLast(), entry, content, errors);
                });
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    check(rule.arguments().getFirst(), field + "[" + i + "]", list.get(i), errors);
                }
            }
            case Record values -> check(rule.parts(), field + ".", values, errors);
            case null, default -> {}
        }
    }

    /** As in Bean Validation, nothing at all is fine for every constraint but one. */
    private static Optional<String> violation(Annotation constraint, @Nullable Object value) {
        if (constraint instanceof NotBlank rule) {
            return broken(value == null || value.toString().isBlank(), rule.message());
        }
        if (value == null) {
            return Optional.empty();
        }
        return switch (constraint) {
            case Size rule -> broken(size(value) < rule.min() || size(value) > rule.max(), rule.message());
            case Min rule -> broken(((Number) value).longValue() < rule.value(), rule.message());
            case Max rule -> broken(((Number) value).longValue() > rule.value(), rule.message());
            case Pattern rule -> broken(!value.toString().matches(rule.regexp()), rule.message());
            case DecimalMin rule -> {
                int order = ((BigDecimal) value).compareTo(new BigDecimal(rule.value()));
                yield broken(rule.inclusive() ? order < 0 : order <= 0, rule.message());
            }
            case DecimalMax rule -> {
                int order = ((BigDecimal) value).compareTo(new BigDecimal(rule.value()));
                yield broken(rule.inclusive() ? order > 0 : order >= 0, rule.message());
            }
            case Digits rule -> broken(!DecimalRange.hasAtMost(rule.fraction(), (BigDecimal) value), rule.message());
            default -> throw new IllegalArgumentException("no rule is known for " + constraint);
        };
    }

    private static Optional<String> broken(boolean isBroken, String message) {
        return isBroken ? Optional.of(message) : Optional.empty();
    }

    private static int size(Object value) {
        return switch (value) {
            case CharSequence text -> text.length();
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            default -> throw new IllegalArgumentException("of no size: " + value.getClass());
        };
    }

    private static @Nullable Object value(Method accessor, Record values) {
        try {
            return accessor.invoke(values);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(accessor.toString(), e);
        }
    }
}
