package org.claudecluster.worker.access;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a claim of a token: {@code tenant}, or {@code kubernetes.io/namespace} for one within another. A name that has a
 * slash stands in double quotes: {@code "https://example.com/tenant"}.
 */
public record ClaimPath(List<String> names) {

    private static final Pattern NAME = Pattern.compile("\\G(?:\"([^\"]+)\"|([^\"/]+))(?:/|$)");

    public ClaimPath {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("a claim has a name");
        }
    }

    /** Reads the written form; throws {@link IllegalArgumentException} for what is none. */
    public static ClaimPath parse(String text) {
        List<String> names = new ArrayList<>();
        Matcher name = NAME.matcher(text);
        int end = 0;
        while (name.find()) {
            names.add(name.group(1) != null ? name.group(1) : name.group(2));
            end = name.end();
        }
        if (end != text.length() || text.endsWith("/")) {
            throw new IllegalArgumentException("no path of claims: " + text);
        }
        return new ClaimPath(names);
    }

    JsonNode in(JsonNode claims) {
        JsonNode found = claims;
        for (String name : names) {
            found = found.path(name);
        }
        return found;
    }

    @Override
    public String toString() {
        return String.join("/", names);
    }
}
