package org.claudecluster.worker.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.api.ApiSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real server and viewers that read as they please. */
@Timeout(60)
class StreamWriterTest {

    private static final Duration STALL = Duration.ofMillis(1500);
    private static final byte[] LAST =
            SseFrames.event(0, "lagging", "{\"after\":7}".getBytes(StandardCharsets.US_ASCII));

    private static Vertx vertx;

    private final CompletableFuture<StreamWriter> opened = new CompletableFuture<>();
    private HttpServer server;
    private Socket viewer;
    private StreamWriter writer;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void connect() throws Exception {
        server = vertx.createHttpServer()
                .requestHandler(request -> opened.complete(new StreamWriter(
                        request.response().setChunked(true), settings(), () -> StreamRoute.cutOff(request))))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        viewer = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.actualPort());
        viewer.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        writer = opened.get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void disconnect() throws IOException {
        viewer.close();
        server.close().toCompletionStage().toCompletableFuture().join();
    }

    private static ApiSettings settings() {
        return new ApiSettings(
                "1", "test", Duration.ofSeconds(30), Path.of("/"), Duration.ofSeconds(15), STALL, "claude", Map.of());
    }

    /** As a task at full speed does, until the viewer is found not to keep up. */
    private void writeUntilItStalls() throws InterruptedException {
        writeUntilItStalls(new byte[64 * 1024]);
    }

    private void writeUntilItStalls(byte[] batch) throws InterruptedException {
        boolean taken = true;
        while (taken) {
            taken = writer.write(batch);
        }
    }

    @Test
    void a_viewer_that_stalls_and_then_reads_on_is_told_that_it_lags() throws Exception {
        writeUntilItStalls();
        CompletableFuture<String> read = CompletableFuture.supplyAsync(this::readAll);
        writer.endWith(LAST);
        assertThat(read.get(20, TimeUnit.SECONDS)).contains("event: lagging\ndata: {\"after\":7}\n\n");
    }

    @Test
    void what_was_begun_when_a_viewer_stalled_comes_whole() throws Exception {
        byte[] event = ("x".repeat(600_000) + "end\n\n").getBytes(StandardCharsets.US_ASCII);
        writeUntilItStalls(event);
        CompletableFuture<String> read = CompletableFuture.supplyAsync(this::readAll);
        writer.endWith(LAST);
        String withoutChunks = read.get(20, TimeUnit.SECONDS).replaceAll("\r\n[0-9a-f]+\r\n", "");
        assertThat(withoutChunks).contains("xend\n\nevent: lagging\n");
    }

    @Test
    void a_viewer_that_takes_nothing_is_cut_off() throws Exception {
        writeUntilItStalls();
        writer.endWith(LAST);
        assertThat(CompletableFuture.supplyAsync(this::readAll).get(20, TimeUnit.SECONDS))
                .as("what had left before")
                .doesNotContain("lagging");
    }

    @Test
    void a_viewer_that_keeps_up_gets_the_last_event_and_the_end() throws Exception {
        CompletableFuture<String> read = CompletableFuture.supplyAsync(this::readAll);
        assertThat(writer.write("one".getBytes(StandardCharsets.US_ASCII))).isTrue();
        writer.endWith(LAST);
        assertThat(read.get(20, TimeUnit.SECONDS)).contains("one").contains("lagging");
    }

    private String readAll() {
        StringBuilder text = new StringBuilder();
        byte[] bytes = new byte[64 * 1024];
        try {
            for (int n = 0; n >= 0; n = viewer.getInputStream().read(bytes)) {
                text.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
                text.delete(0, Math.max(0, text.length() - 100_000));
                if (text.lastIndexOf("event: lagging") >= 0) {
                    return text.toString();
                }
            }
        } catch (IOException e) {
            return text + " broken: " + e;
        }
        return text.toString();
    }
}
