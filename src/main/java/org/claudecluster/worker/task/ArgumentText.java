package org.claudecluster.worker.task;

import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.task.result.Storable;

/**
 * The bound of a text that becomes one argument of the CLI, in the unit in which the kernel counts: bytes. Linux ends an
 * argument, or a variable of the environment, at 128 KiB, with its name and the NUL behind it.
 */
public final class ArgumentText {

    /** 100 KiB: the rest is for the option's name, and for what the worker adds to the denied tools. */
    public static final int MAX_BYTES = 100 * 1024;

    private static final int MOST_OF_A_CHAR = 3;

    private ArgumentText() {}

    /** What is wrong with a text that becomes one argument, if anything. */
    public static Optional<String> problem(String text) {
        return problem(text, "shorten it");
    }

    /** What is wrong with rules that become one argument, with a comma between each two, if anything. */
    public static Optional<String> problem(List<String> rules) {
        long most = rules.stream().mapToLong(rule -> rule.length() + 1L).sum() * MOST_OF_A_CHAR;
        return most <= MAX_BYTES && rules.stream().allMatch(Storable::isText)
                ? Optional.empty()
                : problem(String.join(",", rules), "name fewer or shorter rules, all of them are one argument");
    }

    private static Optional<String> problem(String text, String advice) {
        if (!Storable.isText(text)) {
            return Optional.of("must not contain NUL or half a surrogate pair");
        }
        // One char is at most three bytes: a short text need not be counted.
        if (text.length() <= MAX_BYTES / MOST_OF_A_CHAR) {
            return Optional.empty();
        }
        long bytes = utf8Length(text);
        return bytes <= MAX_BYTES
                ? Optional.empty()
                : Optional.of("must have at most %d bytes of UTF-8 (100 KiB), has %d: %s"
                        .formatted(MAX_BYTES, bytes, advice));
    }

    /** How many bytes a text has in UTF-8; none is made. */
    public static long utf8Length(String text) {
        long bytes = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            // Two of each pair's four bytes are counted for each half.
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : MOST_OF_A_CHAR;
        }
        return bytes;
    }
}
