package org.claudecluster.worker.apistub;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a prompt tells the stub to do: {@code [[stub:NAME key=value ...]]}.
 *
 * <p>A value ends at a blank, or is quoted: {@code "..."} knows the escapes {@code \n \t \" \\}, {@code '...'} is taken as
 * it is. Options that a scenario does not know are ignored, so {@code id=7} makes two prompts different.
 *
 * @param marker the directive as it stood in the prompt, brackets included
 */
record Directive(String name, Map<String, String> options, String marker) {

    private static final String OPENING = "[[stub:";

    Directive {
        requireNonNull(marker, "marker");
        if (name.isBlank()) {
            throw new IllegalArgumentException("a directive needs a scenario name: " + marker);
        }
        options = Map.copyOf(options);
    }

    static Directive plain() {
        return new Directive("plain", Map.of(), "");
    }

    /**
     * The last directive in {@code text}.
     *
     * @throws IllegalArgumentException when a directive is begun but not ended
     */
    static Optional<Directive> in(String text) {
        int start = text.lastIndexOf(OPENING);
        if (start < 0) {
            return Optional.empty();
        }
        return Optional.of(new Scan(text, start + OPENING.length()).directive(start));
    }

    String option(String key, String otherwise) {
        return options.getOrDefault(key, otherwise);
    }

    int number(String key, int otherwise) {
        String value = options.get(key);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    /** One walk over the directive's characters. */
    private static final class Scan {
        private final String text;
        private int at;

        Scan(String text, int at) {
            this.text = text;
            this.at = at;
        }

        Directive directive(int start) {
            String name = word();
            Map<String, String> options = new LinkedHashMap<>();
            skipBlanks();
            while (!atEnd()) {
                String key = word();
                options.put(key, peek() == '=' ? value() : "");
                skipBlanks();
            }
            return new Directive(name, options, text.substring(start, at + 2));
        }

        private String word() {
            int from = at;
            while (!atEnd() && peek() != '=' && !Character.isWhitespace(peek())) {
                at++;
            }
            return text.substring(from, at);
        }

        private String value() {
            at++;
            char quote = peek();
            if (quote == '"' || quote == '\'') {
                at++;
                return quoted(quote);
            }
            int from = at;
            while (!atEnd() && !Character.isWhitespace(peek())) {
                at++;
            }
            return text.substring(from, at);
        }

        private String quoted(char quote) {
            StringBuilder value = new StringBuilder();
            while (peek() != quote) {
                char c = take();
                value.append(c == '\\' && quote == '"' ? escaped() : String.valueOf(c));
            }
            at++;
            return value.toString();
        }

        private String escaped() {
            char c = take();
            return switch (c) {
                case 'n' -> "\n";
                case 't' -> "\t";
                case '"', '\\' -> String.valueOf(c);
                default -> "\\" + c;
            };
        }

        private void skipBlanks() {
            while (Character.isWhitespace(peek())) {
                at++;
            }
        }

        private boolean atEnd() {
            return peek() == ']' && text.startsWith("]]", at);
        }

        private char take() {
            char c = peek();
            at++;
            return c;
        }

        private char peek() {
            if (at >= text.length()) {
                throw new IllegalArgumentException("a [[stub:...]] directive has no end: " + text);
            }
            return text.charAt(at);
        }
    }
}
