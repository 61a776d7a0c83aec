package org.claudecluster.worker.api.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.claudecluster.worker.text.Utf8;

/**
 * Escapes terminal bytes into the inside of a JSON string (RFC 8259) without making a Java string of them: a terminal
 * at full speed prints 100 MB a second. Valid UTF-8 passes as it is; every byte that is none becomes U+FFFD.
 */
public final class JsonText {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH = 0x8080_8080_8080_8080L;
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long SPACES = 0x2020_2020_2020_2020L;
    private static final long QUOTES = 0x2222_2222_2222_2222L;
    private static final long BACKSLASHES = 0x5c5c_5c5c_5c5c_5c5cL;
    private static final byte[] REPLACEMENT = {(byte) 0xef, (byte) 0xbf, (byte) 0xbd};
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private JsonText() {}

    public static void escape(byte[] text, ByteSink sink) {
        int at = 0;
        while (at < text.length) {
            int plain = plainUntil(text, at);
            if (plain > at) {
                sink.put(text, at, plain - at);
                at = plain;
                continue;
            }
            at = special(text, at, sink);
        }
    }

    /** Where the first byte stands that is no plain ASCII, or that JSON escapes. Eight bytes a step. */
    private static int plainUntil(byte[] text, int from) {
        int at = from;
        while (at + Long.BYTES <= text.length) {
            long eight = (long) LONGS.get(text, at);
            long quotes = eight ^ QUOTES;
            long backslashes = eight ^ BACKSLASHES;
            long found = eight | (eight - SPACES) | ((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes);
            if ((found & HIGH) != 0) {
                break;
            }
            at += Long.BYTES;
        }
        while (at < text.length && isPlain(text[at])) {
            at++;
        }
        return at;
    }

    private static boolean isPlain(byte b) {
        return b >= 0x20 && b != '"' && b != '\\';
    }

    /** Writes the one thing at {@code at} that is not plain and answers where it ends. */
    private static int special(byte[] text, int at, ByteSink sink) {
        byte b = text[at];
        if (b >= 0) {
            escapeAscii(b, sink);
            return at + 1;
        }
        int length = Utf8.length(text, at);
        if (length == 0) {
            sink.put(REPLACEMENT);
            return at + 1;
        }
        sink.put(text, at, length);
        return at + length;
    }

    private static void escapeAscii(byte b, ByteSink sink) {
        sink.put((byte) '\\');
        switch (b) {
            case '"', '\\' -> sink.put(b);
            case '\n' -> sink.put((byte) 'n');
            case '\r' -> sink.put((byte) 'r');
            case '\t' -> sink.put((byte) 't');
            default -> {
                sink.put((byte) 'u');
                sink.put((byte) '0');
                sink.put((byte) '0');
                sink.put(HEX[b >> 4]);
                sink.put(HEX[b & 0xf]);
            }
        }
    }
}
