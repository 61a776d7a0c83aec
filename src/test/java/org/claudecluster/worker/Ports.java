package org.claudecluster.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Ports for servers that a test starts as processes. Each test JVM has a block of its own, so that tests may run side by
 * side; all lie below those that the kernel gives to connections, one of which could come between the choice and the bind.
 */
public final class Ports {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int FIRST = 20_000;
    private static final int END = 32_000;
    private static final int BLOCK = 100;

    /** The block's first port. It stays bound as long as this JVM lives, which keeps others out of the block. */
    private static final ServerSocket BLOCK_HOLDER = takeBlock();

    private static int given;

    private Ports() {}

    /** A port that nobody listens on; the same comes again only after all others of the block. */
    public static synchronized int free() {
        for (int tried = 1; tried < BLOCK; tried++) {
            given = given % (BLOCK - 1) + 1;
            int port = BLOCK_HOLDER.getLocalPort() + given;
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no port is free in the block of " + BLOCK_HOLDER);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, LOOPBACK)) {
            return socket.isBound();
        } catch (IOException _) {
            return false;
        }
    }

    private static ServerSocket takeBlock() {
        IOException last = new IOException("no block of ports");
        for (int first = FIRST; first < END; first += BLOCK) {
            try {
                return new ServerSocket(first, 1, LOOPBACK);
            } catch (IOException e) {
                last = e;
            }
        }
        throw new UncheckedIOException(last);
    }
}
