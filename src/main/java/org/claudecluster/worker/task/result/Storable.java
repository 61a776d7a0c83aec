package org.claudecluster.worker.task.result;

/** Makes text that every database, every writer of UTF-8 and every reader of JSON takes. */
public final class Storable {

    private static final char REPLACEMENT = '\ufffd';

    /** Parsers of common languages refuse 1,000, and the JSON becomes a part of a task, and the task one of a list. */
    static final int MAX_DEPTH = 200;

    private Storable() {}

    /** The same text, with U+FFFD for each NUL and for each half of a surrogate pair that stands alone. */
    public static String text(String text) {
        int at = firstUnfit(text, 0);
        if (at == text.length()) {
            return text;
        }
        StringBuilder fit = new StringBuilder(text);
        while (at < text.length()) {
            fit.setCharAt(at, REPLACEMENT);
            at = firstUnfit(text, at + 1);
        }
        return fit.toString();
    }

    /** Whether a text holds neither NUL nor half a surrogate pair. */
    public static boolean isText(String text) {
        return firstUnfit(text, 0) == text.length();
    }

    /** Whether valid JSON is no deeper than {@link #MAX_DEPTH}. */
    static boolean isShallow(String json) {
        int depth = 0;
        boolean inString = false;
        for (int at = 0; at < json.length() && depth <= MAX_DEPTH; at++) {
            char c = json.charAt(at);
            if (inString) {
                at += c == '\\' ? 1 : 0;
                inString = c != '"';
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            }
        }
        return depth <= MAX_DEPTH;
    }

    private static int firstUnfit(String text, int from) {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == 0) {
                return at;
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && at + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(at + 1));
                if (!pair) {
                    return at;
                }
                at++;
            }
            at++;
        }
        return at;
    }
}
