package org.claudecluster.worker.claude;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Copies JSON so that every reader can take the copy: bytes that are no UTF-8 (RFC 3629) become U+FFFD, and so does the
 * escape of half a surrogate pair, which is JSON but no character (RFC 8259, section 8.2).
 */
final class WholeText {

    private static final int CHARS_AT_ONCE = 4096;
    private static final int ESCAPE_BYTES = 6;

    private WholeText() {}

    static byte[] copyOf(byte[] json, int from, int to) {
        byte[] copy = isUtf8(json, from, to)
                ? Arrays.copyOfRange(json, from, to)
                : new String(json, from, to - from, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
        replaceHalves(copy);
        return copy;
    }

    private static boolean isUtf8(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] >= 0) {
            at++;
        }
        return at == to || decodes(ByteBuffer.wrap(bytes, at, to - at));
    }

    private static boolean decodes(ByteBuffer bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        CharBuffer some = CharBuffer.allocate(CHARS_AT_ONCE);
        CoderResult result = decoder.decode(bytes, some, true);
        while (result.isOverflow()) {
            result = decoder.decode(bytes, some.clear(), true);
        }
        return result.isUnderflow();
    }

    /** In JSON a backslash begins an escape, and stands in strings only. */
    private static void replaceHalves(byte[] json) {
        int at = ByteSearch.indexOf(json, 0, json.length, (byte) '\\');
        while (at + 1 < json.length) {
            int unit = unit(json, at);
            if (Character.isHighSurrogate((char) unit) && isLowSurrogate(unit(json, at + ESCAPE_BYTES))) {
                at += 2 * ESCAPE_BYTES;
            } else if (unit >= 0) {
                if (Character.isSurrogate((char) unit)) {
                    json[at + 2] = 'f';
                    json[at + 3] = 'f';
                    json[at + 4] = 'f';
                    json[at + 5] = 'd';
                }
                at += ESCAPE_BYTES;
            } else {
                at += 2;
            }
            at = ByteSearch.indexOf(json, at, json.length, (byte) '\\');
        }
    }

    private static boolean isLowSurrogate(int unit) {
        return unit >= 0 && Character.isLowSurrogate((char) unit);
    }

    /** What the escape at {@code at} stands for; -1 when there is none of four digits. */
    private static int unit(byte[] json, int at) {
        if (at + ESCAPE_BYTES > json.length || json[at] != '\\' || json[at + 1] != 'u') {
            return -1;
        }
        int unit = 0;
        for (int digit = at + 2; digit < at + ESCAPE_BYTES; digit++) {
            int value = Character.digit(json[digit], 16);
            if (value < 0) {
                return -1;
            }
            unit = unit << 4 | value;
        }
        return unit;
    }
}
