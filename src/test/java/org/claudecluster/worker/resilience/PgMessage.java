package org.claudecluster.worker.resilience;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * One message of PostgreSQL's protocol (version 3, "Message Formats"): a type, a length that counts itself, a body. The
 * first message of a connection has no type.
 *
 * @param type 0 for a first message
 */
record PgMessage(char type, byte[] body) {

    private static final int LENGTH_BYTES = 4;

    static PgMessage readFirst(DataInputStream in) throws IOException {
        return new PgMessage('\0', readBody(in));
    }

    static PgMessage read(DataInputStream in) throws IOException {
        char type = (char) in.readUnsignedByte();
        return new PgMessage(type, readBody(in));
    }

    private static byte[] readBody(DataInputStream in) throws IOException {
        byte[] body = new byte[in.readInt() - LENGTH_BYTES];
        in.readFully(body);
        return body;
    }

    void write(DataOutputStream out) throws IOException {
        if (type != 0) {
            out.writeByte(type);
        }
        out.writeInt(body.length + LENGTH_BYTES);
        out.write(body);
    }

    /** The text at this place among the zero-terminated texts that the body begins with. */
    String text(int place) {
        int from = 0;
        for (int skipped = 0; skipped < place; skipped++) {
            from = end(from) + 1;
        }
        return new String(body, from, end(from) - from, StandardCharsets.UTF_8);
    }

    private int end(int from) {
        int end = from;
        while (end < body.length && body[end] != 0) {
            end++;
        }
        return end;
    }
}
