package org.claudecluster.worker.claude;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Finds JSON objects in a line that may hold other things too. Each byte is looked at a few times at most, whatever the
 * line: where an attempt fails, there the next one goes on.
 *
 * <p>An inner object is never taken for an object of its own, also when the outer one is damaged: it may be what a tool
 * was told. The one exception is an inner object behind which the damage, or the line's end, follows at once: then it
 * was a torn beginning that stood before a whole object.
 *
 * <p>The grammar is RFC 8259's, without a look at UTF-8 and at the form of numbers. Not for use by two threads at once.
 */
final class ObjectScan {

    /** Of objects that are deeper the beginning is not kept, so that they can't be the exception. */
    private static final int KEPT_DEPTH = 1000;

    private static final byte[] TYPE = ascii("\"type\"");
    private static final byte[][] LITERALS = {ascii("true"), ascii("false"), ascii("null")};
    private static final byte[] ESCAPED = ascii("\"\\/bfnrt");

    /** Says which token may come next. */
    private enum Next {
        FIRST_KEY,
        KEY,
        COLON,
        FIRST_VALUE,
        VALUE,
        COMMA,
        /** The object is whole. */
        NOTHING,
        /** What stands here can't. */
        BROKEN
    }

    private final int[] beginnings = new int[KEPT_DEPTH + 1];
    private final BitSet arrays = new BitSet();
    private int depth;
    private byte[] line = new byte[0];
    private int end;
    private int at;
    private int from;
    private int to;
    private int resume;
    private int stringFrom;
    private int stringTo;
    private boolean keyIsType;
    private boolean typed;

    /**
     * Looks for an object that begins with the brace at {@code brace}, or for the exception.
     *
     * @param end where the line ends
     * @param forEver whether it does so for good, and is not just cut off there
     * @return whether there is one; {@link #from}, {@link #to} and {@link #typed} then tell of it
     */
    boolean find(byte[] bytes, int brace, int end, boolean forEver) {
        this.line = bytes;
        this.end = end;
        if (brace + 1 < end && bytes[brace + 1] == '{') {
            // A flood of them shall cost next to nothing.
            resume = brace + 1;
            return false;
        }
        boolean whole = match(brace);
        resume = at;
        if (whole) {
            return true;
        }
        resumeInString();
        boolean atDamage = to > 0 && isBlank(to, at) && (at < end || forEver);
        return atDamage && match(from);
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** Whether it has a member {@code type} that is a string. */
    boolean typed() {
        return typed;
    }

    /** Where the search for the next brace goes on, also when nothing was found. */
    int resume() {
        return resume;
    }

    /** The object's place is in from and to if there is one; else that of the last whole one inside, if any. */
    private boolean match(int brace) {
        at = brace;
        depth = 0;
        to = 0;
        stringTo = 0;
        typed = false;
        Next next = open();
        while (at < end && next != Next.NOTHING && next != Next.BROKEN) {
            byte b = line[at];
            if (isBlank(b)) {
                at++;
            } else {
                next = step(next, b);
            }
        }
        return next == Next.NOTHING;
    }

    private Next step(Next expected, byte b) {
        return switch (expected) {
            case FIRST_KEY -> b == '}' ? close() : key(b);
            case KEY -> key(b);
            case COLON -> after(b == ':', Next.VALUE);
            case FIRST_VALUE -> b == ']' ? close() : value(b);
            case VALUE -> value(b);
            case COMMA -> comma(b);
            case NOTHING, BROKEN -> expected;
        };
    }

    private Next key(byte b) {
        if (b != '"' || !string()) {
            return Next.BROKEN;
        }
        keyIsType = depth == 1 && Arrays.equals(line, stringFrom, stringTo, TYPE, 0, TYPE.length);
        return Next.COLON;
    }

    private Next value(byte b) {
        if (b == '{' || b == '[') {
            return open();
        }
        if (b == '"') {
            boolean whole = string();
            typed |= whole && keyIsType && depth == 1;
            return whole ? Next.COMMA : Next.BROKEN;
        }
        return scalar() ? Next.COMMA : Next.BROKEN;
    }

    private Next comma(byte b) {
        boolean array = arrays.get(depth);
        if (b == (array ? ']' : '}')) {
            return close();
        }
        return after(b == ',', array ? Next.VALUE : Next.KEY);
    }

    private Next after(boolean fits, Next next) {
        if (!fits) {
            return Next.BROKEN;
        }
        at++;
        return next;
    }

    private Next open() {
        boolean array = line[at] == '[';
        depth++;
        arrays.set(depth, array);
        if (depth <= KEPT_DEPTH) {
            beginnings[depth] = at;
        }
        at++;
        return array ? Next.FIRST_VALUE : Next.FIRST_KEY;
    }

    private Next close() {
        at++;
        if (depth <= KEPT_DEPTH && !arrays.get(depth)) {
            from = beginnings[depth];
            to = at;
        }
        depth--;
        return depth == 0 ? Next.NOTHING : Next.COMMA;
    }

    /** From its first quote to behind its last; else {@code at} is where it can't go on. */
    private boolean string() {
        stringFrom = at;
        stringTo = 0;
        at++;
        while (at < end) {
            byte b = line[at];
            if (b == '"') {
                at++;
                stringTo = at;
                return true;
            }
            if ((b >= 0 && b < ' ') || (b == '\\' && !escape())) {
                return false;
            }
            at++;
        }
        return false;
    }

    /** Leaves {@code at} on the last byte of the escape, or on the first that can't be in it. */
    private boolean escape() {
        at++;
        if (at < end && line[at] == 'u') {
            for (int digits = 0; digits < 4; digits++) {
                at++;
                if (at >= end || Character.digit(line[at], 16) < 0) {
                    return false;
                }
            }
            return true;
        }
        return at < end && isOneOf(ESCAPED, line[at]);
    }

    private boolean scalar() {
        byte first = line[at];
        if (first == '-' || isDigit(first)) {
            while (at < end && isInNumber(line[at])) {
                at++;
            }
            return true;
        }
        for (byte[] literal : LITERALS) {
            if (at + literal.length <= end
                    && Arrays.equals(line, at, at + literal.length, literal, 0, literal.length)) {
                at += literal.length;
                return true;
            }
        }
        return false;
    }

    /**
     * A beginning that was torn in a string takes the object behind it up to its first quote for the rest of the string,
     * as in <code>{"text":"hel{"type":"result"}</code>.
     */
    private void resumeInString() {
        if (stringTo == 0 || !isBlank(stringTo, at)) {
            return;
        }
        int last = stringTo - 2;
        while (last > stringFrom && isBlank(line[last])) {
            last--;
        }
        if (last > stringFrom && line[last] == '{') {
            resume = last;
        }
    }

    private boolean isBlank(int first, int behind) {
        int blank = first;
        while (blank < behind && isBlank(line[blank])) {
            blank++;
        }
        return blank == behind;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static boolean isInNumber(byte b) {
        return isDigit(b) || b == '.' || b == '+' || b == '-' || b == 'e' || b == 'E';
    }

    private static boolean isOneOf(byte[] set, byte b) {
        for (byte one : set) {
            if (one == b) {
                return true;
            }
        }
        return false;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
