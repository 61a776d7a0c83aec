package org.claudecluster.worker.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Bounds of docs/reliability.md that are shares of the heap, at their edge and in the heap that the images have. A worker
 * whose heap is not enough ends itself.
 */
@Isolated("prints 150 MB at once, and opens 200 connections")
class HeapIT {

    private static final Duration LONG = Duration.ofSeconds(90);
    private static final int DOWNLOADS = 200;

    @TempDir
    Path home;

    private WorkerProcess worker;
    private final List<Socket> open = new ArrayList<>();

    private void start(WorkerSetup setup) throws IOException {
        worker = setup.withOption("-Xmx512m").start();
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : open) {
            socket.close();
        }
        assertThat(worker.isAlive()).as(worker::log).isTrue();
        System.out.printf("heap: %,d bytes live at the end%n", Heap.live(worker.pid()));
        worker.close();
    }

    @Test
    void of_five_long_lines_at_once_two_are_events_and_the_others_are_kept_as_output() throws Exception {
        Path cli = Path.of("src/test/resources/scripted-claude.sh").toAbsolutePath();
        start(WorkerSetup.in(home).withCli(cli).with("ANTHROPIC_API_KEY", "x"));
        Path go = home.resolve("go");

        List<String> tasks = IntStream.range(0, 5)
                .mapToObj(_ -> worker.api().submit(longAnswer(go)))
                .toList();
        tasks.forEach(task -> await().atMost(LONG).until(() -> printed(task) > 30_000_000));
        Files.createFile(go);

        Map<String, Long> ends = tasks.stream()
                .map(worker.api()::awaitEnd)
                .collect(Collectors.groupingBy(task -> task.path("status").asText(), Collectors.counting()));
        assertThat(ends).isEqualTo(Map.of("completed", 2L, "failed", 3L));
        assertThat(tasks).allSatisfy(task -> assertThat(printed(task)).isGreaterThan(30_000_000));
        assertThat(worker.api()
                        .awaitEnd(worker.api().submit(longAnswer(go)))
                        .path("status")
                        .asText())
                .as("what was taken is given back")
                .isEqualTo("completed");
    }

    /** Each may have an answer of 20 MB on its way, and there may be 200 of them. */
    @Test
    void downloads_by_clients_that_take_nothing_leave_room() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home).withOption("-Dworker.http.write-timeout=5m");
        start(setup);
        String done = worker.api().submit("#stub\nbytes 20000000");
        worker.api().awaitEnd(done);
        IntStream.range(0, DOWNLOADS).forEach(_ -> connect(setup.port(), "GET /tasks/" + done + "/output"));
        // The look takes a place for a moment itself, and one of the others may be refused for it: one more comes each
        // time.
        await("all places are taken").atMost(LONG).untilAsserted(() -> {
            connect(setup.port(), "GET /tasks/" + done + "/output");
            assertThat(start(done)).isEqualTo(503);
        });

        assertThat(worker.api().get("/hello").statusCode()).isEqualTo(200);
        assertThat(Heap.live(worker.pid())).isLessThan(200_000_000);
        for (Socket socket : open) {
            socket.close();
        }
        await("places are free").atMost(LONG).until(() -> start(done) == 206);
    }

    /** A page of 4 MiB each; an eighth of the heap is that of 16. */
    @Test
    void lists_for_clients_that_take_nothing_leave_room() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home).withOption("-Dworker.http.write-timeout=5m");
        start(setup);
        String prompt = "x".repeat(250_000);
        IntStream.range(0, 20).forEach(_ -> worker.api().submit(prompt));
        IntStream.range(0, DOWNLOADS).forEach(_ -> connect(setup.port(), "GET /tasks?limit=500&fields=prompt"));
        await("others have the memory")
                .atMost(LONG)
                .untilAsserted(() -> assertThat(list()).isEqualTo(503));

        assertThat(worker.api().get("/hello").statusCode()).isEqualTo(200);
        worker.api().submit(prompt);
        for (Socket socket : open) {
            socket.close();
        }
        await("there is room again").atMost(LONG).until(() -> list() == 200);
    }

    private int list() {
        return worker.api().get("/tasks?limit=500&fields=prompt").statusCode();
    }

    private int start(String task) {
        return worker.api()
                .get("/tasks/" + task + "/output", "Range", "bytes=0-9")
                .statusCode();
    }

    /** A client that has little room and never reads. */
    private void connect(int port, String request) {
        try {
            Socket socket = new Socket();
            open.add(socket);
            // Before the connection is made, since its window is agreed upon then.
            socket.setReceiveBufferSize(4_096);
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            socket.getOutputStream().write((request + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").getBytes(ISO_8859_1));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Its last line has 30 MB, and its end comes only when a file is there. */
    private static String longAnswer(Path go) {
        return "init; printf '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"';"
                + " head -c 30000000 /dev/zero | tr '\\0' y; until [ -e '" + go + "' ]; do sleep 0.05; done;"
                + " printf '\"}\\n'";
    }

    private long printed(String task) {
        return worker.api().task(task).path("progress").path("outputBytes").asLong();
    }
}
