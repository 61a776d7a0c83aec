package org.claudecluster.worker.api.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.claudecluster.worker.api.ApiSettings;

/**
 * Writes to one viewer and waits while its connection is full. The queue is bounded by {@link #QUEUE_BYTES} and one
 * batch; a viewer that takes nothing for the stall time is given up.
 */
final class StreamWriter {

    private static final int QUEUE_BYTES = 64 * 1024;

    /** One write has at most this much: Netty copies it to memory of its own, in chunks of twice this size. */
    private static final int WRITE_BYTES = 32 * 1024;

    static final Duration GRACE = Duration.ofSeconds(2);

    private final HttpServerResponse response;
    private final Runnable cutOff;
    private final Duration stall;
    private final Duration keepAlive;
    private final Semaphore news = new Semaphore(0);
    private final Semaphore drained = new Semaphore(0);
    private volatile boolean gone;

    /** Which {@code cutOff} closes at once, whatever is still to be sent. */
    StreamWriter(HttpServerResponse response, ApiSettings settings, Runnable cutOff) {
        this.response = response;
        this.cutOff = cutOff;
        this.stall = settings.stall();
        this.keepAlive = settings.keepAlive();
        response.setWriteQueueMaxSize(QUEUE_BYTES);
        response.closeHandler(_ -> leave());
        response.exceptionHandler(_ -> leave());
        response.drainHandler(_ -> drained.release());
    }

    private void leave() {
        gone = true;
        news.release();
        drained.release();
    }

    /** Whether the viewer has gone. */
    boolean gone() {
        return gone;
    }

    /** There may be something new to write. Returns at once. */
    void wake() {
        if (news.availablePermits() == 0) {
            news.release();
        }
    }

    /** Waits for news; false when the keep-alive interval passed without any. */
    boolean awaitNews(Duration atMost) throws InterruptedException {
        boolean woken = news.tryAcquire(Math.min(atMost.toNanos(), keepAlive.toNanos()), TimeUnit.NANOSECONDS);
        news.drainPermits();
        return woken;
    }

    Duration keepAlive() {
        return keepAlive;
    }

    /** Writes, and waits for room; false when the viewer is gone or does not keep up. The bytes must not change any more. */
    boolean write(byte[] bytes) throws InterruptedException {
        boolean keepsUp = true;
        for (int from = 0; from < bytes.length && !gone; from += WRITE_BYTES) {
            response.write(part(bytes, from));
            // The rest follows in any case: what is written behind an event that was cut off would become a part of it,
            // and the viewer would take that for whole.
            keepsUp = keepsUp && awaitRoom();
        }
        return keepsUp && !gone;
    }

    /** Of the same memory: the other ways to make a buffer copy it, for each viewer. */
    @SuppressWarnings("deprecation")
    private static Buffer part(byte[] bytes, int from) {
        ByteBuf part = Unpooled.wrappedBuffer(bytes, from, Math.min(WRITE_BYTES, bytes.length - from));
        return Buffer.buffer(part);
    }

    private boolean awaitRoom() throws InterruptedException {
        while (response.writeQueueFull() && !gone) {
            if (!drained.tryAcquire(stall.toNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        return !gone;
    }

    /**
     * Sends this behind all that is queued and ends. A viewer that does not take it within {@link #GRACE} is cut off: it
     * may hold its place, and the bytes that wait for it, no longer.
     */
    void endWith(byte[] event) throws InterruptedException {
        if (gone) {
            return;
        }
        CompletableFuture<Void> taken =
                response.end(Buffer.buffer(event)).toCompletionStage().toCompletableFuture();
        try {
            taken.get(GRACE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException _) {
            cutOff.run();
        }
    }

    /** Sends this behind all that is queued and ends, in one write; does not wait until it is taken. */
    void endSoonWith(byte[] event) {
        if (!gone) {
            response.end(Buffer.buffer(event));
        }
    }

    void end() {
        if (!gone) {
            response.end();
        }
    }
}
