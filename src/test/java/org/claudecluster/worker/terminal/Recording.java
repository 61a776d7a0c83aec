package org.claudecluster.worker.terminal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.claudecluster.worker.process.linux.ProcessExit;

/** A listener that keeps everything, together and by channel. */
public final class Recording implements TerminalListener {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Map<Channel, ByteArrayOutputStream> channels = new EnumMap<>(Channel.class);
    private final CompletableFuture<ProcessExit> exit = new CompletableFuture<>();
    private final AtomicInteger exits = new AtomicInteger();
    private volatile boolean willing = true;

    /** One that hears no more than it must until it is told to. */
    static Recording unwilling() {
        Recording recording = new Recording();
        recording.want(false);
        return recording;
    }

    void want(boolean output) {
        willing = output;
    }

    @Override
    public boolean wantsOutput() {
        return willing;
    }

    /** How many bytes have come once no more come. */
    int settled() {
        AtomicInteger seen = new AtomicInteger(-1);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(200))
                .until(() -> seen.getAndSet(bytes().length) == bytes().length);
        return seen.get();
    }

    @Override
    public void output(Channel channel, ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        synchronized (bytes) {
            bytes.writeBytes(copy);
            channels.computeIfAbsent(channel, _ -> new ByteArrayOutputStream()).writeBytes(copy);
        }
    }

    /** What was printed to one of the two. */
    String text(Channel channel) {
        synchronized (bytes) {
            return channels.getOrDefault(channel, new ByteArrayOutputStream()).toString(StandardCharsets.UTF_8);
        }
    }

    @Override
    public void exited(ProcessExit how) {
        exits.incrementAndGet();
        exit.complete(how);
    }

    byte[] bytes() {
        synchronized (bytes) {
            return bytes.toByteArray();
        }
    }

    String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /** Waits for it. */
    public ProcessExit exit() {
        return exit.orTimeout(30, TimeUnit.SECONDS).join();
    }

    boolean ended() {
        return exit.isDone();
    }

    int exits() {
        return exits.get();
    }

    /** All that was printed, once the leader has ended. */
    String textAtEnd() {
        ProcessExit _ = exit();
        return text();
    }

    public void awaitText(String wanted) {
        Awaitility.await().until(() -> text().contains(wanted));
    }
}
