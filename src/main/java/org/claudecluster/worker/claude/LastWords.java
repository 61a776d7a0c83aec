package org.claudecluster.worker.claude;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.claudecluster.worker.text.EscapeSequences;

/**
 * The end of what a program printed for people, whatever channel it used. Holds a few hundred bytes, however much is
 * printed. Not safe for use by two threads at once.
 */
final class LastWords {

    /** How much is kept. */
    private static final int MOST = 512;

    private static final Pattern GAPS = Pattern.compile("[\\s\\p{Cc}\ufffd]+");

    private static final ByteBuffer LINE_END =
            ByteBuffer.wrap(new byte[] {'\n'}).asReadOnlyBuffer();

    /** Ends with what was printed last; what is not used yet is zero. */
    private final byte[] text = new byte[MOST];

    /** Takes the next bytes; the buffer's position is left as it was. */
    void take(ByteBuffer printed) {
        int count = Math.min(MOST, printed.remaining());
        System.arraycopy(text, count, text, 0, MOST - count);
        printed.get(printed.limit() - count, text, MOST - count, count);
    }

    /** Something else was printed: what follows is another line. */
    void interrupted() {
        if (text[MOST - 1] != '\n') {
            take(LINE_END);
        }
    }

    /** Without escape sequences and control characters, on one line; empty when nothing is left. */
    String text() {
        int begin = 0;
        while (begin < MOST && text[begin] == 0) {
            begin++;
        }
        String printed = new String(text, begin, MOST - begin, StandardCharsets.UTF_8);
        return GAPS.matcher(EscapeSequences.removed(printed)).replaceAll(" ").strip();
    }
}
