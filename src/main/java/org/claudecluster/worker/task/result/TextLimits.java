package org.claudecluster.worker.task.result;

/** Texts that may be too long for where they go. */
public final class TextLimits {

    private TextLimits() {}

    /** The first {@code max} chars at most; a character of two chars is not split, since no store takes half of one. */
    public static String start(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
    }
}
