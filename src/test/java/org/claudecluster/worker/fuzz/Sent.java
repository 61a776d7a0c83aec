package org.claudecluster.worker.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Locale;

/**
 * What one connection sends.
 *
 * @param kind the kind of trouble, for the report
 * @param bytes all of it
 * @param whole whether it is one request with its end, so that an answer has to come
 * @param head whether the answer has no body
 */
record Sent(String kind, byte[] bytes, boolean whole, boolean head) {

    static final String HOST = "Host: localhost\r\n";

    private static final int SHOWN = 160;

    /** The same as somebody sends it who has this key; noise has no place for one. */
    Sent by(String key) {
        String text = new String(bytes, ISO_8859_1).replace(HOST, HOST + "Authorization: Bearer " + key + "\r\n");
        return new Sent(kind, text.getBytes(ISO_8859_1), whole, head);
    }

    /** Its begin, readable. */
    String shown() {
        StringBuilder text = new StringBuilder(kind).append(": ");
        String latin = new String(bytes, 0, Math.min(bytes.length, SHOWN), ISO_8859_1);
        for (int i = 0; i < latin.length(); i++) {
            char c = latin.charAt(i);
            text.append(c >= ' ' && c < 0x7f ? String.valueOf(c) : "\\x%02x".formatted((int) c));
        }
        return text.append(String.format(Locale.ROOT, " (%,d bytes)", bytes.length))
                .toString();
    }
}
