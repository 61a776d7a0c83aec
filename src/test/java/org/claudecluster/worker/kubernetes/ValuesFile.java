package org.claudecluster.worker.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The chart's values with what their {@code # --} lines say.
 *
 * @param explained path of a value to its explanation, in the file's order
 */
record ValuesFile(JsonNode values, Map<String, String> explained) {

    private static final Pattern EXPLANATION = Pattern.compile("\\s*# -- (.*)");
    private static final Pattern KEY = Pattern.compile("( *)([A-Za-z][A-Za-z0-9]*):.*");
    private static final int LONGEST_DEFAULT = 60;

    static ValuesFile read(Path chart) throws IOException {
        Map<String, String> explained = new LinkedHashMap<>();
        Deque<String> path = new ArrayDeque<>();
        String explanation = "";
        for (String line : Files.readAllLines(chart.resolve("values.yaml"))) {
            Matcher comment = EXPLANATION.matcher(line);
            Matcher key = KEY.matcher(line);
            if (comment.matches()) {
                explanation = comment.group(1);
            } else if (key.matches()) {
                while (path.size() > key.group(1).length() / 2) {
                    path.removeLast();
                }
                path.addLast(key.group(2));
                if (!explanation.isEmpty()) {
                    explained.put(String.join(".", path), explanation);
                }
                explanation = "";
            }
        }
        return new ValuesFile(
                Manifests.read(chart.resolve("values.yaml")).objects().getFirst(), explained);
    }

    /** The rows of the README's table. */
    List<String> rows() {
        return explained.entrySet().stream()
                .map(value -> "| `%s` | %s | %s |"
                        .formatted(
                                value.getKey(),
                                shown(values.at("/" + value.getKey().replace('.', '/'))),
                                value.getValue()))
                .toList();
    }

    /** Values that neither themselves nor as part of another are explained. */
    List<String> unexplained() {
        return leaves("", values)
                .filter(leaf ->
                        explained.keySet().stream().noneMatch(path -> leaf.equals(path) || leaf.startsWith(path + ".")))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() > LONGEST_DEFAULT ? "see values.yaml" : "`" + text + "`";
    }

    private static Stream<String> leaves(String path, JsonNode value) {
        if (!value.isObject() || value.isEmpty()) {
            return Stream.of(path);
        }
        return value.properties().stream()
                .flatMap(entry ->
                        leaves(path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue()));
    }
}
