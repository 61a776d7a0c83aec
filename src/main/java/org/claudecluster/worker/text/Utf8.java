package org.claudecluster.worker.text;

/** Finds the characters in bytes of UTF-8 (RFC 3629, section 4). */
public final class Utf8 {

    private Utf8() {}

    /**
     * How many bytes at the end, 0 to 3, begin a character whose rest has not come yet. Bytes that can't become a
     * character are never held back.
     */
    public static int incomplete(byte[] bytes, int length) {
        int max = Math.min(3, length);
        for (int back = 1; back <= max; back++) {
            int b = bytes[length - back] & 0xff;
            if (b < 0x80) {
                return 0;
            }
            if (b >= 0xc0) {
                boolean begun = needed(b) > back && (back == 1 || maySecond(b, bytes[length - back + 1] & 0xff));
                return begun ? back : 0;
            }
        }
        return 0;
    }

    /** The length of the character at {@code at} that is more than one byte, 2 to 4; 0 when there is none. */
    public static int length(byte[] bytes, int at) {
        int first = bytes[at] & 0xff;
        int needed = needed(first);
        if (needed == 1 || at + needed > bytes.length || !maySecond(first, bytes[at + 1] & 0xff)) {
            return 0;
        }
        for (int next = at + 2; next < at + needed; next++) {
            if (!continues(bytes[next] & 0xff)) {
                return 0;
            }
        }
        return needed;
    }

    /** Neither an overlong form nor a surrogate nor anything above U+10FFFF begins so. */
    private static boolean maySecond(int first, int second) {
        return continues(second)
                && switch (first) {
                    case 0xe0 -> second >= 0xa0;
                    case 0xed -> second <= 0x9f;
                    case 0xf0 -> second >= 0x90;
                    case 0xf4 -> second <= 0x8f;
                    default -> true;
                };
    }

    private static boolean continues(int b) {
        return b >= 0x80 && b <= 0xbf;
    }

    /** The length of a character by its first byte; 1 for a byte that begins none, or is one. */
    private static int needed(int first) {
        if (first >= 0xc2 && first <= 0xdf) {
            return 2;
        }
        if (first >= 0xe0 && first <= 0xef) {
            return 3;
        }
        return first >= 0xf0 && first <= 0xf4 ? 4 : 1;
    }
}
