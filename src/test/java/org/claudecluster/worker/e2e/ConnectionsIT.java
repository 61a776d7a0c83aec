package org.claudecluster.worker.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Clients that are slow, silent or many: each is bounded, and nobody else waits for them. */
@Isolated("opens 1,000 connections and measures")
class ConnectionsIT {

    private static final String HEAD = "POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    @TempDir
    Path home;

    private WorkerSetup setup;
    private WorkerProcess worker;
    private final List<Socket> open = new ArrayList<>();

    private void start(String... options) throws IOException {
        start(WorkerSetup.in(home), options);
    }

    private void start(WorkerSetup with, String... options) throws IOException {
        setup = with;
        Arrays.stream(options).forEach(setup::withOption);
        worker = setup.start();
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        worker.close();
    }

    @Test
    void who_sends_too_slowly_is_told_so_and_who_sends_nothing_is_closed() throws IOException {
        start("-Dworker.http.header-timeout=1s", "-Dworker.http.body-timeout=1s", "-Dworker.http.idle-timeout=1s");

        assertThat(answer(connect("GET /hello HTT"))).contains(" 408 ", "urn:claudecluster:problem:request-timeout");
        assertThat(answer(connect(HEAD + "Content-Length: 20\r\n\r\n{\"pro")))
                .contains(" 408 ", "urn:claudecluster:problem:request-timeout");
        assertThat(answer(connect(""))).isEmpty();
        assertThat(answer(connect("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")))
                .startsWith("HTTP/1.1 200 ")
                .doesNotContain("408");
    }

    @Test
    void who_takes_nothing_of_an_answer_is_cut_off() throws IOException {
        start("-Dworker.http.write-timeout=1s", "-Dworker.http.max-transcripts=1");
        String id = worker.api().submit("#stub\nbytes 40000000");
        worker.api().awaitEnd(id);
        connect("GET /tasks/" + id + "/output HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await("its place is taken")
                .until(() -> worker.api()
                                .get("/tasks/" + id + "/output", "Range", "bytes=0-9")
                                .statusCode()
                        == 503);

        await("its place is free again")
                .atMost(Duration.ofSeconds(30))
                .until(() -> worker.api()
                                .get("/tasks/" + id + "/output", "Range", "bytes=0-9")
                                .statusCode()
                        == 206);
    }

    @Test
    void places_of_clients_that_go_away_are_free_again() throws IOException {
        start("-Dworker.http.max-transcripts=2", "-Dworker.http.max-workspaces=2");
        String id = worker.api().submit("#stub\nbytes 20000000");
        worker.api().awaitEnd(id);

        for (int i = 0; i < 20; i++) {
            connect("GET /tasks/" + id + "/output HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .close();
            worker.api().get("/tasks/" + id + "/events");
            worker.api().get("/tasks/" + id + "/diff");
            worker.api().get("/tasks/" + id + "/artifacts");
        }

        await().until(() -> worker.api()
                        .get("/tasks/" + id + "/output", "Range", "bytes=0-9")
                        .statusCode()
                == 206);
        assertThat(worker.api().get("/tasks/" + id + "/diff").statusCode()).isEqualTo(409);
    }

    @Test
    void beyond_the_bound_answers_about_workspaces_are_refused_and_those_about_transcripts_are_not()
            throws IOException {
        start(
                WorkerSetup.in(home)
                        .withCli(WorkerSetup.shellCli(home))
                        .with("ANTHROPIC_API_KEY", "sk-ant-api03-not-used-by-a-shell"),
                "-Dworker.http.max-workspaces=1",
                "-Dworker.http.write-timeout=60s");
        String id = worker.api().submit("head -c 40000000 /dev/urandom > large");
        worker.api().awaitEnd(id);
        connect("GET /tasks/" + id + "/artifacts/large HTTP/1.1\r\nHost: localhost\r\n\r\n");

        await("its place is taken")
                .untilAsserted(() -> assertThat(
                                worker.api().get("/tasks/" + id + "/artifacts").body())
                        .contains("urn:claudecluster:problem:too-many-downloads"));
        assertThat(worker.api().get("/tasks/" + id + "/output").statusCode()).isEqualTo(200);
    }

    @Test
    void beyond_the_bound_connections_are_refused_by_a_problem_and_health_is_told() throws IOException {
        start("-Dworker.http.max-connections=20");
        IntStream.range(0, 20).forEach(_ -> connect(""));

        await().untilAsserted(() -> assertThat(answer(connect("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")))
                .contains(" 503 ", "Retry-After: 1", "urn:claudecluster:problem:too-many-connections"));
        assertThat(answer(connect("GET /q/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")))
                .startsWith("HTTP/1.1 200 ");
        // One for itself, and one for each connection that the client of this test keeps.
        for (Socket socket : open.subList(0, 5)) {
            socket.close();
        }
        await().until(() -> answer(connect("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 "));
    }

    @Test
    void beyond_those_that_are_refused_connections_are_closed() throws IOException {
        start("-Dworker.http.max-connections=20");
        IntStream.range(0, 20 + 256).forEach(_ -> connect(""));

        assertThat(answer(connect(""))).isEmpty();

        for (Socket socket : open) {
            socket.close();
        }
        await().until(() -> answer(connect("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 "));
    }

    /** The heap is 512 MB, of which bodies may have 64 MiB: 32 of the largest. */
    @Test
    void bodies_that_never_end_take_no_more_memory_than_there_is_for_them() throws IOException {
        start("-Dworker.http.body-timeout=120s");
        String begun = HEAD + "Content-Length: 2097152\r\n\r\n" + " ".repeat(2_097_000);
        IntStream.range(0, 31).forEach(_ -> connect(begun));

        // Until all of those are read one more may be taken, and gets no answer.
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(SocketTimeoutException.class)
                .untilAsserted(() -> assertThat(answerWithin(Duration.ofSeconds(2), connect(begun)))
                        .contains(" 503 ", "Retry-After: 1", "urn:claudecluster:problem:overloaded"));

        assertThat(worker.api().get("/hello").statusCode()).isEqualTo(200);
        for (Socket socket : open) {
            socket.close();
        }
        await().untilAsserted(() -> assertThat(worker.api()
                        .post("/run", Api.body("x".repeat(250_000)).toString())
                        .statusCode())
                .isEqualTo(202));
    }

    @Test
    void a_thousand_slow_bodies_leave_submits_as_they_are() throws IOException {
        start();
        long alone = slowOfTwoHundred();
        IntStream.range(0, 1_000).forEach(_ -> connect(HEAD + "Content-Length: 2000\r\n\r\n{\"prompt\":\""));

        long beside = slowOfTwoHundred();

        System.out.printf("submits: p99 %d ms alone, %d ms beside 1,000 slow bodies%n", alone, beside);
        assertThat(beside).as("p99 in ms, alone %d", alone).isLessThan(Math.max(250, 5 * alone));
    }

    @Test
    void a_thousand_waiting_requests_take_less_than_two_hundredths_of_a_core() throws IOException {
        start();
        List<String> tasks = IntStream.range(0, 50)
                .mapToObj(_ -> worker.api().submit("#stub\nsleep 300000"))
                .toList();
        double idle = shareWhenQuiet();
        IntStream.range(0, 990)
                .forEach(number -> connect(
                        "GET /tasks/" + tasks.get(number % 50) + "?wait=300s HTTP/1.1\r\nHost: localhost\r\n\r\n"));

        double waiting = shareWhenQuiet();

        System.out.printf("share of a core: %.4f idle, %.4f with 990 waiting%n", idle, waiting);
        assertThat(waiting - idle).isLessThan(0.02);
        tasks.forEach(id -> worker.api().post("/tasks/" + id + "/cancel", ""));
    }

    /** The least of what the worker uses of one core in some spans of 5 s: what just went on is over in one of them. */
    private double shareWhenQuiet() {
        return IntStream.range(0, 4).mapToDouble(_ -> share()).min().orElseThrow();
    }

    private double share() {
        Duration before = Machine.cpuOf(worker.pid());
        long begin = System.nanoTime();
        await().pollDelay(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(30)).until(() -> true);
        return Machine.cpuOf(worker.pid()).minus(before).toNanos() / (double) (System.nanoTime() - begin);
    }

    /** The 99th percentile of 200 submits, in milliseconds. */
    private long slowOfTwoHundred() {
        long[] nanos = IntStream.range(0, 200)
                .mapToLong(_ -> {
                    long begin = System.nanoTime();
                    worker.api().submit("#stub\nprint x");
                    return System.nanoTime() - begin;
                })
                .sorted()
                .toArray();
        return nanos[197] / 1_000_000;
    }

    private Socket connect(String sent) {
        try {
            Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), setup.port());
            open.add(socket);
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(sent.getBytes(ISO_8859_1));
            return socket;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String answerWithin(Duration limit, Socket socket) throws IOException {
        socket.setSoTimeout(Math.toIntExact(limit.toMillis()));
        return answer(socket);
    }

    /** All that comes until the worker closes. */
    private static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
}
