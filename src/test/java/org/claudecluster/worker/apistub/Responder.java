package org.claudecluster.worker.apistub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.apistub.Reply.Block;

/**
 * Writes one reply. Leaving by an exception makes the server drop the connection without ending the response, which is how
 * the broken replies are made, and how all of them end when the stub closes.
 *
 * @param closing counted down when the stub closes: every wait is a wait for this
 */
record Responder(HttpExchange exchange, MessageShapes shapes, ObjectMapper json, CountDownLatch closing) {

    void send(Reply reply, boolean streaming) throws IOException {
        switch (reply) {
            case Reply.Message message when !streaming -> body(200, shapes.whole(message), message.headers());
            case Reply.Message message -> stream(message);
            case Reply.ApiError error -> body(error.status(), shapes.error(error), error.headers());
            case Reply.Cut cut when !streaming -> brokenBody();
            case Reply.Cut cut -> cut(cut);
            case Reply.Hang hang -> awaitClosing();
            case Reply.Stall stall when !streaming -> awaitClosing();
            case Reply.Stall stall -> {
                begin(stall.pieces());
                awaitClosing();
            }
            case Reply.Pings pings -> ping(pings.every());
        }
    }

    void body(int status, ObjectNode content, Map<String, String> headers) throws IOException {
        byte[] bytes = json.writeValueAsBytes(content);
        head("application/json", headers);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void stream(Reply.Message message) throws IOException {
        OutputStream out = startStream(message.headers());
        event(out, shapes.start());
        event(out, shapes.ping());
        for (int i = 0; i < message.blocks().size(); i++) {
            Block block = message.blocks().get(i);
            event(out, shapes.blockStart(i, block));
            for (ObjectNode delta : shapes.deltas(i, block)) {
                event(out, delta);
                pause(message.pace());
            }
            event(out, shapes.blockStop(i));
        }
        event(out, shapes.messageDelta(message));
        event(out, shapes.stop());
    }

    private void cut(Reply.Cut cut) throws IOException {
        begin(cut.pieces());
        if (cut.dropped()) {
            throw new EOFException("cut off on purpose");
        }
    }

    private void brokenBody() throws IOException {
        head("application/json", Map.of());
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write("{\"type\":\"mess".getBytes(StandardCharsets.UTF_8));
    }

    private void ping(Duration every) throws IOException {
        OutputStream out = startStream(Map.of());
        while (true) {
            event(out, shapes.ping());
            pause(every);
        }
    }

    private void begin(List<String> pieces) throws IOException {
        Block.Text text = new Block.Text(pieces);
        OutputStream out = startStream(Map.of());
        event(out, shapes.start());
        event(out, shapes.blockStart(0, text));
        for (ObjectNode delta : shapes.deltas(0, text)) {
            event(out, delta);
        }
    }

    private OutputStream startStream(Map<String, String> headers) throws IOException {
        head("text/event-stream; charset=utf-8", headers);
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    private void head(String type, Map<String, String> headers) {
        exchange.getResponseHeaders().set("content-type", type);
        exchange.getResponseHeaders().set("request-id", shapes.requestId());
        headers.forEach(exchange.getResponseHeaders()::set);
    }

    private void event(OutputStream out, ObjectNode event) throws IOException {
        String frame = "event: " + event.path("type").asText() + "\ndata: " + json.writeValueAsString(event) + "\n\n";
        out.write(frame.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void awaitClosing() throws IOException {
        pause(Duration.ofDays(365));
    }

    private void pause(Duration pause) throws IOException {
        if (pause.isZero()) {
            return;
        }
        try {
            if (closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new EOFException("the stub is closing");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }
}
