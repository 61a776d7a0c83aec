package org.claudecluster.worker.claude;

import java.nio.charset.StandardCharsets;

/**
 * Finds out whether a program has made itself ready for a person's keys: it switches bracketed paste on
 * ({@code ESC [ ? 2004 h}) before it shows a dialog or a prompt. A headless CLI never does (2.1.197 and 2.1.330), and no
 * text can pretend to, since JSON writes the escape character as {@code \u001b}.
 */
public final class DialogScan {

    private static final byte ESCAPE = 0x1b;
    private static final byte[] WANTED = "\u001b[?2004h".getBytes(StandardCharsets.US_ASCII);

    /** How much of the sequence the end of the last piece was. */
    private int matched;

    /** Takes the next bytes of the terminal; says whether the sequence ends in them. */
    public boolean sees(byte[] bytes) {
        boolean seen = false;
        int at = 0;
        while (at < bytes.length) {
            if (matched == 0) {
                at = ByteSearch.indexOf(bytes, at, bytes.length, ESCAPE);
            }
            if (at < bytes.length) {
                seen |= step(bytes[at]);
                at++;
            }
        }
        return seen;
    }

    private boolean step(byte next) {
        if (next != WANTED[matched]) {
            matched = next == ESCAPE ? 1 : 0;
            return false;
        }
        matched++;
        if (matched < WANTED.length) {
            return false;
        }
        matched = 0;
        return true;
    }
}
