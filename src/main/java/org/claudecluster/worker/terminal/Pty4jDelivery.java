package org.claudecluster.worker.terminal;

import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.jboss.logging.Logger;

/** Brings what the two reading threads of a pty4j terminal read to its listener, one after the other. */
final class Pty4jDelivery {
    private static final Logger LOG = Logger.getLogger(Pty4jDelivery.class);
    private static final int LOOK_MILLIS = 100;

    private final Terminal terminal;
    private final TerminalListener listener;
    private final Semaphore wishes = new Semaphore(0);

    Pty4jDelivery(Terminal terminal, TerminalListener listener) {
        this.terminal = terminal;
        this.listener = listener;
    }

    /** Returns when more is wanted. */
    void output(Channel channel, ByteBuffer bytes) {
        deliver(channel, bytes);
        awaitWish();
    }

    void readOn() {
        wishes.release(Channel.values().length);
    }

    synchronized void exited(ProcessExit exit) {
        try {
            listener.exited(exit);
        } catch (Throwable e) {
            TerminalReader.logListener(terminal, e);
        }
    }

    private synchronized void deliver(Channel channel, ByteBuffer bytes) {
        try {
            listener.output(channel, bytes);
        } catch (Throwable e) {
            TerminalReader.logListener(terminal, e);
        }
    }

    private synchronized boolean wantsOutput() {
        try {
            return listener.wantsOutput();
        } catch (Throwable e) {
            TerminalReader.logListener(terminal, e);
            return true;
        }
    }

    /** Nobody tells a thread of the leader's end while it does not read, so it looks. */
    private void awaitWish() {
        while (!wantsOutput() && terminal.alive()) {
            try {
                boolean _ = wishes.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                LOG.debug("nobody interrupts this thread; it goes on waiting");
            }
            wishes.drainPermits();
        }
    }
}
