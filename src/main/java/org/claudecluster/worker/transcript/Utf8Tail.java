package org.claudecluster.worker.transcript;

/** Where a run of bytes may be cut so that no UTF-8 character (RFC 3629) is split. */
final class Utf8Tail {

    private Utf8Tail() {}

    /**
     * How many bytes at the end, 0 to 3, begin a character whose rest has not come yet. Bytes that can't become a
     * character are never held back.
     */
    static int incomplete(byte[] bytes, int length) {
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

    /** Neither an overlong form nor a surrogate nor anything above U+10FFFF can begin so. */
    private static boolean maySecond(int first, int second) {
        return switch (first) {
            case 0xe0 -> second >= 0xa0;
            case 0xed -> second <= 0x9f;
            case 0xf0 -> second >= 0x90;
            case 0xf4 -> second <= 0x8f;
            default -> true;
        };
    }

    /** The length of a character by its first byte; 1 for a byte that begins none. */
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
