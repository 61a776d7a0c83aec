package org.claudecluster.worker.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.claudecluster.worker.task.result.TaskProblem.FieldError;

/**
 * Finds the first value of a tree that nothing behind can hold. The work is linear in the tree: the path to a fault is
 * put together on the way back from it, and for no other value.
 */
public final class JsonFaults {

    /** That of the largest number that a double holds, which is what readers of JSON have in common (RFC 8259). */
    public static final int MAX_EXPONENT = 308;

    static final String NUMBER =
            "must be 0 or a number of a size from 1e-308 to 1e308: other programs can't read it, send it as a string";

    private JsonFaults() {}

    /** Neither a database nor an argument vector can hold a NUL, and half a surrogate pair is no character at all. */
    static Optional<FieldError> ofText(JsonNode tree) {
        return first(tree, node -> node.isTextual() ? textProblem(node.textValue()) : Optional.empty())
                .map(fault -> fault.under(""));
    }

    /** Written out, a number such as {@code 1e999999999} has more digits than there is memory: none is kept. */
    public static Optional<FieldError> ofNumbers(String field, JsonNode tree) {
        return first(tree, node -> isOfAnySize(node) ? Optional.of(NUMBER) : Optional.empty())
                .map(fault -> fault.under(field));
    }

    /** A fault, and the way to it from the outermost value. */
    private record Fault(Deque<String> way, String problem) {

        static Fault of(String problem) {
            return new Fault(new ArrayDeque<>(), problem);
        }

        Fault behind(String step) {
            way.addFirst(step);
            return this;
        }

        FieldError under(String field) {
            String path = field + String.join("", way);
            return new FieldError(path.startsWith(".") ? path.substring(1) : path, problem);
        }
    }

    private static Optional<Fault> first(JsonNode node, Function<JsonNode, Optional<String>> problem) {
        Optional<Fault> own = problem.apply(node).map(Fault::of);
        if (own.isPresent()) {
            return own;
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            Optional<Fault> inside =
                    textProblem(field.getKey()).map(Fault::of).or(() -> first(field.getValue(), problem));
            if (inside.isPresent()) {
                return inside.map(fault -> fault.behind("." + field.getKey()));
            }
        }
        return node.isArray() ? firstOfArray(node, problem) : Optional.empty();
    }

    private static Optional<Fault> firstOfArray(JsonNode array, Function<JsonNode, Optional<String>> problem) {
        for (int i = 0; i < array.size(); i++) {
            Optional<Fault> inside = first(array.get(i), problem);
            if (inside.isPresent()) {
                String step = "[" + i + "]";
                return inside.map(fault -> fault.behind(step));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> textProblem(String text) {
        if (text.indexOf(0) >= 0) {
            return Optional.of("must not contain the character NUL (\\u0000)");
        }
        // A whole pair is one code point above the surrogates; only half a pair stays in their range.
        return text.codePoints().anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)
                ? Optional.of("must not contain half a surrogate pair (\\ud800 to \\udfff alone)")
                : Optional.empty();
    }

    /** Judged by its digits and its scale; a zero too has a scale. */
    private static boolean isOfAnySize(JsonNode node) {
        if (!node.isBigDecimal() && !node.isBigInteger()) {
            return false;
        }
        BigDecimal number = node.decimalValue();
        long exponent = (long) number.precision() - number.scale() - 1;
        return Math.abs(exponent) > MAX_EXPONENT;
    }
}
