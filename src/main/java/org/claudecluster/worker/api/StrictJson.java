package org.claudecluster.worker.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.claudecluster.worker.task.TaskProblem;
import org.claudecluster.worker.task.TaskProblem.Code;
import org.claudecluster.worker.task.TaskProblem.FieldError;
import org.jspecify.annotations.Nullable;

/** Reads request bodies and says exactly what is wrong with them: unknown fields, wrong types, broken text. */
final class StrictJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
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
    static JsonNode object(byte[] body) {
        if (body.length > BodyLimit.MAX_BYTES) {
            throw BodyLimit.problem();
        }
        JsonNode tree;
        try {
            tree = MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw new TaskProblem(
                    Code.MALFORMED_BODY,
                    "the body is not valid JSON" + place(e.getLocation()) + ": send one JSON object in UTF-8");
        } catch (IOException e) {
            throw new TaskProblem(Code.MALFORMED_BODY, "the body can't be read: send one JSON object in UTF-8");
        }
        if (!tree.isObject()) {
            throw new TaskProblem(Code.MALFORMED_BODY, "the body must be one JSON object");
        }
        requireText(tree, "");
        return tree;
    }

    /** Empty where the parser names none, as when the nesting is too deep. */
    private static String place(@Nullable JsonLocation location) {
        return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    static <T> T bind(JsonNode tree, Class<T> type) {
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
            if (e.getCause() instanceof InputCoercionException) {
                throw invalid(path(e), "is out of range");
            }
            throw new TaskProblem(Code.MALFORMED_BODY, "the body can't be read as a " + type.getSimpleName());
        } catch (JacksonException e) {
            throw new TaskProblem(Code.MALFORMED_BODY, "the body can't be read as a " + type.getSimpleName());
        }
    }

    static TaskProblem invalid(String field, String message) {
        return invalid(List.of(new FieldError(field, message)));
    }

    static TaskProblem invalid(List<FieldError> errors) {
        String fields = errors.stream().map(FieldError::field).distinct().collect(Collectors.joining(", "));
        return new TaskProblem(Code.INVALID_REQUEST, "the request is not valid: see errors for " + fields, errors);
    }

    /** Neither a database nor an argument vector can hold a NUL, and half a surrogate pair is no character at all. */
    private static void requireText(JsonNode node, String path) {
        if (node.getNodeType() == JsonNodeType.STRING) {
            requireText(node.textValue(), path);
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String child = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            requireText(field.getKey(), child);
            requireText(field.getValue(), child);
        }
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                requireText(node.get(i), path + "[" + i + "]");
            }
        }
    }

    private static void requireText(String text, String path) {
        if (text.indexOf(0) >= 0) {
            throw invalid(path, "must not contain the character NUL (\\u0000)");
        }
        // A whole pair is one code point above the surrogates; only half a pair stays in their range.
        boolean half = text.codePoints().anyMatch(point -> point >= 0xd800 && point <= 0xdfff);
        if (half) {
            throw invalid(path, "must not contain half a surrogate pair (\\ud800 to \\udfff alone)");
        }
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
