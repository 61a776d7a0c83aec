package org.claudecluster.worker.api.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.claudecluster.worker.task.result.TaskProblem.FieldError;
import org.jspecify.annotations.Nullable;

/** Reads request bodies and says exactly what is wrong with them: unknown fields, wrong types, broken text. */
public final class StrictJson {

    /** Parsers of common languages refuse 1,000, and a body becomes a part of a task, and the task one of a list. */
    public static final int MAX_DEPTH = 200;

    public static final int MAX_NAME = 1_000;
    public static final int MAX_NUMBER = 400;
    /** Names, values and brackets, more than the largest body within the bounds of its fields can have. */
    public static final int MAX_TOKENS = 150_000;

    private static final String BEYOND =
            "goes beyond what a body may hold: %d levels, names of %d and numbers of %d characters, %d names, values and brackets in all"
                    .formatted(MAX_DEPTH, MAX_NAME, MAX_NUMBER, MAX_TOKENS);

    /** Who has more to mend sees the rest with the next request. */
    public static final int MAX_ERRORS = 50;

    private static final JsonFactory BOUNDED = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME)
                    .maxNumberLength(MAX_NUMBER)
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            // Callers choose the names: they are no part of the program.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(BOUNDED)
            .addModule(new SimpleModule()
                    .addDeserializer(Integer.class, WholeNumberReader.ofInteger())
                    .addDeserializer(Long.class, WholeNumberReader.ofLong()))
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    static {
        MAPPER.coercionConfigFor(LogicalType.Textual)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
    }

    private StrictJson() {}

    /** The body as a JSON object. */
    public static JsonNode object(byte[] body) {
        if (body.length > BodyLimit.MAX_BYTES) {
            throw BodyLimit.problem();
        }
        JsonNode tree = tree(body);
        if (!tree.isObject()) {
            throw new TaskProblem(Code.MALFORMED_BODY, "the body must be one JSON object");
        }
        JsonFaults.ofText(tree).ifPresent(fault -> {
            throw invalid(List.of(fault));
        });
        return tree;
    }

    private static JsonNode tree(byte[] body) {
        try (JsonParser parser = MAPPER.createParser(body)) {
            return tree(parser);
        } catch (JacksonException e) {
            throw new TaskProblem(
                    Code.MALFORMED_BODY,
                    "the body is not valid JSON" + place(e.getLocation()) + ": send one JSON object in UTF-8");
        } catch (IOException e) {
            throw new TaskProblem(Code.MALFORMED_BODY, "the body can't be read: send one JSON object in UTF-8");
        }
    }

    private static JsonNode tree(JsonParser parser) throws IOException {
        try {
            JsonNode tree = MAPPER.readTree(parser);
            return tree == null ? MAPPER.missingNode() : tree;
        } catch (StreamConstraintsException e) {
            throw invalid(place(parser.getParsingContext()), BEYOND);
        } catch (NumberFormatException _) {
            // An exponent that no decimal number can have.
            throw invalid(place(parser.getParsingContext()), JsonFaults.NUMBER);
        }
    }

    /** The field that was being read. */
    private static String place(JsonStreamContext reading) {
        Deque<String> steps = new ArrayDeque<>();
        for (JsonStreamContext at = reading; at != null && !at.inRoot(); at = at.getParent()) {
            if (at.inArray()) {
                steps.addFirst("[" + at.getCurrentIndex() + "]");
            } else if (at.getCurrentName() != null) {
                steps.addFirst("." + at.getCurrentName());
            }
        }
        String path = String.join("", steps);
        return path.startsWith(".") ? path.substring(1) : path;
    }

    /** Empty where the parser names none, as when the nesting is too deep. */
    private static String place(@Nullable JsonLocation location) {
        return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    public static <T> T bind(JsonNode tree, Class<T> type) {
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (UnrecognizedPropertyException e) {
            String known = e.getKnownPropertyIds().stream()
                    .map(String::valueOf)
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw invalid(path(e), "is not a known field; known are: " + known);
        } catch (MismatchedInputException e) {
            throw invalid(path(e), "must be " + wanted(e.getTargetType()));
        } catch (JsonMappingException e) {
            throw new TaskProblem(Code.MALFORMED_BODY, "the body can't be read as a " + type.getSimpleName());
        } catch (JacksonException e) {
            throw new TaskProblem(Code.MALFORMED_BODY, "the body can't be read as a " + type.getSimpleName());
        }
    }

    public static TaskProblem invalid(String field, String message) {
        return invalid(List.of(new FieldError(field, message)));
    }

    public static TaskProblem invalid(List<FieldError> all) {
        List<FieldError> errors = all.stream().limit(MAX_ERRORS).toList();
        String fields = errors.stream().map(FieldError::field).distinct().collect(Collectors.joining(", "));
        String more = all.size() > MAX_ERRORS ? ", and %d more".formatted(all.size() - MAX_ERRORS) : "";
        return new TaskProblem(
                Code.INVALID_REQUEST, "the request is not valid: see errors for " + fields + more, errors);
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
                continue;
            }
            path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
        }
        return path.toString();
    }

    private static String wanted(Class<?> type) {
        if (type == String.class) {
            return "a string";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        return List.class.isAssignableFrom(type) ? "an array" : "an object";
    }
}
