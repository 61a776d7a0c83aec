package org.claudecluster.worker.resilience;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way from a worker to its database, which can be made to fail: silent for both or for replies only, or held or cut
 * at one chosen statement. Sits on a port of its own; the worker needs {@code sslmode=disable}, so that statements can be
 * seen.
 */
final class FaultyLink implements AutoCloseable {

    /** What the link does with what is sent over it. */
    enum State {
        OPEN,
        /** What the worker sends arrives, what the database answers does not. */
        REPLIES_LOST,
        /** Nothing arrives, nobody is told: what a pulled cable looks like. */
        SILENT
    }

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final ServerSocket listener;
    private final IntSupplier databasePort;
    private final Set<PgConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Trap> trap = new AtomicReference<>();
    // Under this object's monitor, so that what waits for a change is woken by it.
    private State state = State.OPEN;

    FaultyLink(IntSupplier databasePort) throws IOException {
        this.databasePort = databasePort;
        this.listener = new ServerSocket(0, 100, LOOPBACK);
        Thread.ofVirtual().name("link-accepts").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    synchronized void become(State next) {
        state = next;
        notifyAll();
    }

    /** Arms a trap for the next statement that contains this text; its parameters are {@code $1}, {@code $2} and so on. */
    Trap at(String sql, Trap.Kind kind) {
        Trap armed = new Trap(sql, kind);
        if (!trap.compareAndSet(null, armed)) {
            throw new IllegalStateException("a trap is armed already: " + trap.get());
        }
        return armed;
    }

    /** The armed trap, if it is for what happens now to one of these statements; it is armed no more then. */
    @Nullable
    Trap sprung(boolean afterCommit, Iterable<String> statements) {
        Trap armed = trap.get();
        if (armed == null || !armed.isFor(afterCommit, statements) || !trap.compareAndSet(armed, null)) {
            return null;
        }
        return armed;
    }

    /** Returns when what goes in this direction may pass. */
    synchronized void awaitPassage(boolean reply) throws InterruptedException {
        while (state == State.SILENT || (reply && state == State.REPLIES_LOST)) {
            wait();
        }
    }

    void closed(PgConnection connection) {
        connections.remove(connection);
    }

    private void accept() {
        while (!listener.isClosed()) {
            acceptOne();
        }
    }

    private void acceptOne() {
        try {
            connect(listener.accept());
        } catch (IOException _) {
            // Closed, or a worker or a database that is not there: neither is the link's trouble.
            return;
        }
    }

    private void connect(Socket worker) throws IOException {
        Socket database = new Socket();
        try {
            database.connect(new InetSocketAddress(LOOPBACK, databasePort.getAsInt()));
        } catch (IOException e) {
            worker.close();
            throw e;
        }
        PgConnection connection = new PgConnection(this, worker, database);
        connections.add(connection);
        connection.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(PgConnection::close);
    }
}
