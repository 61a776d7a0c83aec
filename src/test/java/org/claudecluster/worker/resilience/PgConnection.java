package org.claudecluster.worker.resilience;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection over a link, message by message. */
final class PgConnection {

    private static final int BUFFER = 64 * 1024;
    /** First message that asks for encryption; the database's answer to it would be no message. */
    private static final int SSL_REQUEST = 80877103;

    private static final char READY_FOR_QUERY = 'Z';

    private final FaultyLink link;
    private final Socket worker;
    private final Socket database;
    // Of the thread that reads the worker.
    private final Map<String, String> prepared = new HashMap<>();
    private final List<String> transaction = new ArrayList<>();
    private boolean inTransaction;
    /** What shall happen to the replies from now on, known before the request has left. */
    private volatile @Nullable Trap atReply;

    PgConnection(FaultyLink link, Socket worker, Socket database) {
        this.link = link;
        this.worker = worker;
        this.database = database;
    }

    void start() {
        Thread.ofVirtual().name("link-asks").start(() -> untilItBreaks(this::pumpRequests));
        Thread.ofVirtual().name("link-answers").start(() -> untilItBreaks(this::pumpReplies));
    }

    private interface Pump {
        void run() throws IOException, InterruptedException;
    }

    private void untilItBreaks(Pump pump) {
        try {
            pump.run();
        } catch (IOException _) {
            // One of the two has gone, so the other is told below.
            return;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private void pumpRequests() throws IOException, InterruptedException {
        DataInputStream in = input(worker);
        DataOutputStream out = output(database);
        PgMessage message = PgMessage.readFirst(in);
        if (ByteBuffer.wrap(message.body()).getInt() == SSL_REQUEST) {
            throw new AssertionError("the worker asks for TLS: sslmode=disable is missing in its URL");
        }
        while (true) {
            String statement = statement(message);
            if (statement != null) {
                spring(statement);
            }
            link.awaitPassage(false);
            message.write(out);
            if (in.available() == 0) {
                out.flush();
            }
            message = PgMessage.read(in);
        }
    }

    /** The SQL that this message executes. */
    private @Nullable String statement(PgMessage message) {
        switch (message.type()) {
            case 'P' -> prepared.put(message.text(0), message.text(1));
            case 'B' -> {
                return prepared.get(message.text(1));
            }
            case 'Q' -> {
                return message.text(0);
            }
            default -> {
                return null;
            }
        }
        return null;
    }

    private void spring(String statement) throws InterruptedException {
        Trap hold = link.sprung(false, List.of(statement));
        if (hold != null) {
            hold.spring();
            hold.awaitRelease();
        }
        switch (statement) {
            case "BEGIN" -> inTransaction = true;
            case "COMMIT" -> {
                atReply = link.sprung(true, transaction);
                endTransaction();
            }
            case "ROLLBACK" -> endTransaction();
            default -> execute(statement);
        }
    }

    private void execute(String statement) {
        if (inTransaction) {
            transaction.add(statement);
        } else {
            atReply = link.sprung(true, List.of(statement));
        }
    }

    private void endTransaction() {
        inTransaction = false;
        transaction.clear();
    }

    private void pumpReplies() throws IOException, InterruptedException {
        DataInputStream in = input(database);
        DataOutputStream out = output(worker);
        while (true) {
            PgMessage message = PgMessage.read(in);
            link.awaitPassage(true);
            Trap trap = atReply;
            if (trap != null && !passes(trap, message)) {
                continue;
            }
            message.write(out);
            if (in.available() == 0) {
                out.flush();
            }
        }
    }

    /** Whether a message may pass that answers a trapped commit; the last one says that all of it is done. */
    private boolean passes(Trap trap, PgMessage message) throws IOException, InterruptedException {
        boolean loses = trap.kind() == Trap.Kind.LOSE_REPLY;
        if (message.type() != READY_FOR_QUERY) {
            return !loses;
        }
        if (loses) {
            close();
            trap.spring();
            throw new IOException("the reply is lost");
        }
        atReply = null;
        trap.spring();
        trap.awaitRelease();
        return true;
    }

    private static DataInputStream input(Socket socket) throws IOException {
        return new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
    }

    private static DataOutputStream output(Socket socket) throws IOException {
        return new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER));
    }

    void close() {
        link.closed(this);
        closeQuietly(worker);
        closeQuietly(database);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone already, which was the aim.
            return;
        }
    }
}
