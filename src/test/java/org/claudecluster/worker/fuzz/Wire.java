package org.claudecluster.worker.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** A connection of its own for each request, without a client that would mend it. */
final class Wire {

    /** For a request that has its end. */
    private static final int PATIENCE_MILLIS = 20_000;
    /** For what may well be half a request, which the worker is right to wait with. */
    private static final int HALF_MILLIS = 250;
    /** After the begin of an answer whose end may be far. */
    private static final int STREAM_MILLIS = 250;

    private static final int MOST = 4 * 1024 * 1024;

    private final int port;

    Wire(int port) {
        this.port = port;
    }

    /** All that came back until the worker closed the connection, or sent nothing any more. */
    byte[] exchange(Sent sent) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        Thread writer = Thread.ofVirtual().start(() -> write(socket, sent.bytes()));
        try (socket) {
            socket.setSoTimeout(sent.whole() ? PATIENCE_MILLIS : HALF_MILLIS);
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0 && answer.size() < MOST; n = in.read(buffer)) {
                answer.write(buffer, 0, n);
                socket.setSoTimeout(STREAM_MILLIS);
            }
        } catch (SocketTimeoutException | SocketException _) {
            // What came is judged. A reset follows where the worker closes before it has read all that is sent.
        }
        join(writer);
        return answer.toByteArray();
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException _) {
            // The worker may refuse it before its end.
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
