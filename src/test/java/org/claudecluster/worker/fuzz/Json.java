package org.claudecluster.worker.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Makes JSON of a schema: as it says, with something hostile in it here and there. */
final class Json {

    private static final int DEEPEST = 6;

    private final JsonNode document;
    private final Dice dice;
    /** One value in so many is hostile. */
    private final int calm;

    Json(JsonNode document, Dice dice, int calm) {
        this.document = document;
        this.dice = dice;
        this.calm = calm;
    }

    String of(JsonNode schema) {
        return of(schema, 0);
    }

    private String of(JsonNode named, int depth) {
        JsonNode schema = resolve(named);
        if (dice.oneIn(calm)) {
            return Hostile.value(dice);
        }
        if (schema.has("enum")) {
            return dice.pick(elements(schema.path("enum"))).toString();
        }
        for (String choice : List.of("oneOf", "anyOf", "allOf")) {
            if (schema.path(choice).size() > 0) {
                return of(dice.pick(elements(schema.path(choice))), depth);
            }
        }
        return switch (type(schema)) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema.path("items"), depth);
            case "integer" ->
                String.valueOf(dice.between(bound(schema, "minimum", 0), bound(schema, "maximum", 1_000)));
            case "number" -> dice.pick("1", "0.5", "2.25");
            case "boolean" -> dice.pick("true", "false");
            case "null" -> "null";
            case "string" -> quote(string(schema));
            default -> Hostile.value(dice);
        };
    }

    private static long bound(JsonNode schema, String name, long otherwise) {
        return schema.path(name).asLong(otherwise);
    }

    private String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isArray() ? dice.pick(elements(type)).asText() : type.asText("any");
    }

    private String object(JsonNode schema, int depth) {
        List<String> members = new ArrayList<>();
        List<String> required =
                elements(schema.path("required")).stream().map(JsonNode::asText).toList();
        schema.path("properties").properties().forEach(property -> {
            boolean wanted = required.contains(property.getKey()) ? !dice.oneIn(40) : depth < DEEPEST && dice.oneIn(6);
            if (wanted) {
                members.add(quote(property.getKey()) + ":" + of(property.getValue(), depth + 1));
            }
        });
        if (dice.oneIn(calm)) {
            members.add(quote(Hostile.text(dice)) + ":" + Hostile.value(dice));
        }
        return "{" + String.join(",", members) + "}";
    }

    private String array(JsonNode items, int depth) {
        List<String> elements = new ArrayList<>();
        for (int i = dice.below(3); i > 0 && depth < DEEPEST; i--) {
            elements.add(of(items, depth + 1));
        }
        return "[" + String.join(",", elements) + "]";
    }

    private String string(JsonNode schema) {
        return switch (schema.path("format").asText()) {
            case "uuid" -> "01a20af2-4230-766c-97b2-0aade692c40b";
            case "date-time" -> "2026-01-01T00:00:00Z";
            default ->
                dice.pick("x", "sonnet", "a b", "#stub\nprint x", "#stub\nbytes 3000\nexit 3", "/tmp", "low", "é");
        };
    }

    private JsonNode resolve(JsonNode schema) {
        String reference = schema.path("$ref").asText();
        return reference.isEmpty() ? schema : document.at(reference.substring(1));
    }

    private static List<JsonNode> elements(JsonNode array) {
        List<JsonNode> elements = new ArrayList<>();
        array.forEach(elements::add);
        return elements;
    }

    /** Half surrogate pairs, which UTF-8 can't say, become escapes. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                default -> {
                    if (c < ' ' || Character.isSurrogate(c)) {
                        quoted.append("\\u%04x".formatted((int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
