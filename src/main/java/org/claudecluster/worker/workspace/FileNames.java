package org.claudecluster.worker.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Names of files as the bytes that they are. Java reads and writes them as text of the locale, in which many bytes are no
 * character (all above 0x7F in the POSIX locale, 0xFF in UTF-8); URIs of paths keep each.
 */
final class FileNames {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final Path ROOT = Path.of("/");
    private static final String MARKS = "-._~";

    private FileNames() {}

    /** A name with every byte but letters, digits and {@code -._~} as {@code %XX}. */
    static String encoded(Path name) {
        String uri = ROOT.resolve(name).toUri().getRawPath().substring(1);
        return encode(bytes(uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri));
    }

    /** Such a name as the path of one name; empty when it is none that a file can have. */
    static Optional<Path> decoded(String encoded) {
        byte[] bytes = bytes(encoded);
        for (byte b : bytes) {
            if (b == 0 || b == '/') {
                return Optional.empty();
            }
        }
        if (bytes.length == 0) {
            return Optional.empty();
        }
        return Optional.of(Path.of(URI.create("file:///" + encode(bytes))).getFileName());
    }

    /** The text that the bytes are in UTF-8, with U+FFFD for what is none. */
    static String text(String encoded) {
        return new String(bytes(encoded), UTF_8);
    }

    /** Whether the bytes are text in UTF-8. */
    static boolean isText(String encoded) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(encoded)));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }

    private static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length + 8);
        for (byte b : bytes) {
            boolean isPlain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
            if (isPlain || MARKS.indexOf(b) >= 0) {
                text.append((char) b);
            } else {
                text.append('%').append(HEX.toHexDigits(b));
            }
        }
        return text.toString();
    }

    /** What is no escape stands for itself: a byte as HTTP has it, or a character in UTF-8. */
    private static byte[] bytes(String encoded) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%' && i + 2 < encoded.length() && isHex(encoded, i + 1) && isHex(encoded, i + 2)) {
                bytes.write(HexFormat.fromHexDigits(encoded, i + 1, i + 3));
                i += 2;
            } else if (c <= 0xFF) {
                bytes.write(c);
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static boolean isHex(String text, int at) {
        return HexFormat.isHexDigit(text.charAt(at));
    }
}
