package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.claudecluster.worker.e2e.Api;
import org.claudecluster.worker.e2e.SseStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People watch a task, on the replica that runs it and on another. */
class ViewerIT {

    private static final int LINES = 400;
    private static final Duration STALL = Duration.ofSeconds(2);

    @TempDir
    static Path home;

    private static Cluster cluster;
    private static Replica runner;
    private static Replica other;

    @BeforeAll
    static void open() throws Exception {
        cluster = new Cluster(home).withShell().with("WORKER_STREAM_STALL", STALL.toString());
        runner = cluster.replica("runner").start();
        other = cluster.replica("other").elsewhere().start();
    }

    @AfterAll
    static void close() throws Exception {
        cluster.close();
    }

    private static String submit(String script) {
        return runner.api().submit(Api.body(script).put("workerId", "runner").put("requireWorker", true));
    }

    @Test
    void a_viewer_resumes_on_another_replica_with_no_gap_and_no_repetition() {
        String task = submit("i=0; while [ $i -lt " + LINES + " ]; do i=$((i+1)); echo \"line $i\"; sleep 0.01; done");

        List<SseStream.Event> seen = new ArrayList<>();
        watch(other, task, seen, 4);
        watch(runner, task, seen, 4);
        watch(other, task, seen, Integer.MAX_VALUE);

        assertThat(seen.getLast().name()).isEqualTo("complete");
        assertThat(seen)
                .as("neighbouring output comes as one event, under the id of its last record")
                .extracting(SseStream.Event::id)
                .filteredOn(id -> id > 0)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(output(seen))
                .isEqualTo(IntStream.rangeClosed(1, LINES)
                        .mapToObj(i -> "line " + i + "\r\n")
                        .collect(Collectors.joining()));
    }

    /** Goes on behind the last event that was seen, and leaves after so many more. */
    private static void watch(Replica replica, String task, List<SseStream.Event> seen, int atMost) {
        long last = seen.isEmpty() ? 0 : seen.getLast().id();
        try (SseStream stream = replica.api().stream(task, last)) {
            seen.addAll(stream.next(atMost));
        }
    }

    private static String output(List<SseStream.Event> events) {
        return events.stream()
                .filter(event -> event.name().equals("output"))
                .map(SseStream.Event::output)
                .collect(Collectors.joining());
    }

    @Test
    void a_viewer_that_reads_a_byte_a_second_is_closed_and_nobody_else_waits() throws Exception {
        Path go = home.resolve("flood");
        String task = submit("until [ -e '" + go + "' ]; do sleep 0.05; done; yes 0123456789abcde | head -c 16000000");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ScheduledExecutorService everySecond = Executors.newScheduledThreadPool(2);
                SlowViewer slow = SlowViewer.open(runner, task);
                SlowViewer slowElsewhere = SlowViewer.open(other, task)) {
            ScheduledFuture<?> _ = everySecond.scheduleAtFixedRate(slow::readAByte, 0, 1, TimeUnit.SECONDS);
            ScheduledFuture<?> _ = everySecond.scheduleAtFixedRate(slowElsewhere::readAByte, 0, 1, TimeUnit.SECONDS);
            Future<Long> here = threads.submit(() -> bytesSeen(runner, task));
            Future<Long> there = threads.submit(() -> bytesSeen(other, task));
            await().until(() -> viewers(runner) == 2 && viewers(other) == 2);

            Files.createFile(go);

            assertThat(runner.api().awaitEnd(task).path("status").asText()).isEqualTo("completed");
            assertThat(here.get()).isEqualTo(17_000_000);
            assertThat(there.get()).isEqualTo(17_000_000);
            await("the slow ones are closed")
                    .atMost(STALL.multipliedBy(3).plus(Cluster.SLACK))
                    .until(() -> viewers(runner) == 0 && viewers(other) == 0);
        }
    }

    private static long bytesSeen(Replica replica, String task) {
        long bytes = 0;
        try (SseStream stream = replica.api().stream(task, 0)) {
            for (var event = stream.next(); event.isPresent(); event = stream.next()) {
                if (event.get().name().equals("output")) {
                    bytes += event.get().output().length();
                }
            }
        }
        return bytes;
    }

    private static int viewers(Replica replica) {
        return replica.api()
                .get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("worker_stream_subscribers"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /** A connection that takes as little as it can. */
    private record SlowViewer(Socket socket) implements AutoCloseable {

        static SlowViewer open(Replica replica, String task) throws IOException {
            Socket socket = new Socket();
            // Before the connection is made, since its window is agreed upon then.
            socket.setReceiveBufferSize(4_096);
            socket.connect(new InetSocketAddress(
                    InetAddress.ofLiteral("127.0.0.1"), replica.setup().port()));
            socket.getOutputStream()
                    .write(("GET /stream/" + task + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new SlowViewer(socket);
        }

        /** What is thrown when the connection is closed, by either side, ends the schedule. */
        void readAByte() {
            try {
                assertThat(socket.getInputStream().read()).isNotNegative();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
