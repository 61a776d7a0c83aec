package org.claudecluster.worker.api.http;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Makes the {@code instance} of a problem of the path that a request came for, whatever characters are in it. */
public final class ProblemInstance {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** RFC 3986, {@code pchar} without escapes, beside letters and digits. */
    private static final String MARKS = "-._~!$&'()*+,;=:@/";

    private ProblemInstance() {}

    /**
     * Encodes what no path of a URI may hold, and a second slash at the begin, behind which a host would stand.
     *
     * @param path decoded, as JAX-RS has it, or not, as Vert.x has it: what looks like an escape stays as it is
     */
    public static URI of(String path) {
        byte[] bytes = (path.startsWith("/") ? path : "/" + path).getBytes(StandardCharsets.UTF_8);
        StringBuilder encoded = new StringBuilder(bytes.length + 16);
        for (int i = 0; i < bytes.length; i++) {
            boolean isHostAhead = i == 1 && bytes[i] == '/';
            if ((isPlain(bytes[i]) || isEscape(bytes, i)) && !isHostAhead) {
                encoded.append((char) bytes[i]);
            } else {
                encoded.append('%').append(HEX.toHexDigits(bytes[i]));
            }
        }
        return URI.create(encoded.toString());
    }

    private static boolean isPlain(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || MARKS.indexOf(b) >= 0;
    }

    private static boolean isEscape(byte[] bytes, int at) {
        return bytes[at] == '%'
                && at + 2 < bytes.length
                && HexFormat.isHexDigit(bytes[at + 1])
                && HexFormat.isHexDigit(bytes[at + 2]);
    }
}
