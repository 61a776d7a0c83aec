package org.claudecluster.worker.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Copies as many bytes as were announced, whatever becomes of the file meanwhile. */
public final class ExactBytes {

    private static final int BUFFER = 64 * 1024;

    private ExactBytes() {}

    /** Throws {@link IOException} when there are fewer by now. */
    public static void copy(InputStream in, long size, OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER, Math.max(1, size))];
        long left = size;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new IOException("the file has become shorter while it was read");
            }
            out.write(buffer, 0, read);
            left -= read;
        }
    }
}
