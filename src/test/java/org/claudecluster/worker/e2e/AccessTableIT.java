package org.claudecluster.worker.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of docs/access.md by raw sockets, against packaged workers: a JAX-RS route, a raw one, and pages. */
class AccessTableIT {

    private static final String RUN = "POST /run";
    private static final String STREAM = "GET /stream/01a20af2-4230-766c-97b2-0aade692c40b";
    private static final String BODY = "{\"prompt\": \"#stub\"}";

    /** How a worker is started, and the mode that comes of it. */
    enum Started {
        KEY("0.0.0.0", "auto"),
        LOCAL("127.0.0.1", "auto"),
        NONE("127.0.0.1", "none");

        private final String host;
        private final String mode;

        Started(String host, String mode) {
            this.host = host;
            this.mode = mode;
        }
    }

    @TempDir
    private static Path home;

    private static final Map<Started, WorkerSetup> SETUPS = new EnumMap<>(Started.class);
    private static final Map<Started, WorkerProcess> WORKERS = new EnumMap<>(Started.class);
    private static String key;

    @BeforeAll
    static void start() throws IOException {
        for (Started started : Started.values()) {
            Path directory = Files.createDirectory(home.resolve(started.name()));
            WorkerSetup setup = WorkerSetup.in(directory)
                    .with("HOST", started.host)
                    .with("WORKER_ACCESS_MODE", started.mode)
                    .with("WORKER_ACCESS_HOSTS", "worker.example");
            SETUPS.put(started, setup);
            WORKERS.put(started, setup.start());
        }
        key = Files.readString(SETUPS.get(Started.KEY).dataDir().resolve("access/token"))
                .strip();
    }

    @AfterAll
    static void stop() {
        WORKERS.values().forEach(WorkerProcess::close);
    }

    static Stream<Arguments> table() {
        return Stream.of(
                // With a credential, judged by it alone.
                row(Started.KEY, "Authorization: Bearer KEY", "202"),
                row(Started.KEY, "Authorization: Bearer KEY|Host: evil.example|Origin: null|Via: 1.1 p", "202"),
                row(Started.KEY, "Authorization: Bearer ccw_x", "401 unauthorized"),
                row(Started.LOCAL, "Authorization: Bearer KEY", "401 unauthorized"),
                row(Started.LOCAL, "Authorization: Basic eDp5", "401 unauthorized"),
                row(Started.NONE, "Authorization: Bearer a.b.c", "401 unauthorized"),
                // Without one, where everybody is asked.
                row(Started.KEY, "Host: localhost", "401 unauthorized"),
                row(Started.KEY, "Host: evil.example", "401 unauthorized"),
                row(Started.KEY, "Host: localhost|Sec-Fetch-Site: cross-site", "401 unauthorized"),
                // Without one, where nobody is.
                row(Started.LOCAL, "Host: localhost", "202"),
                row(Started.LOCAL, "Host: LOCALHOST.:1", "202"),
                row(Started.LOCAL, "Host: a.localhost", "202"),
                row(Started.LOCAL, "Host: 10.1.2.3:3001", "202"),
                row(Started.LOCAL, "Host: [fe80::1]", "202"),
                row(Started.LOCAL, "Host: worker.example", "202"),
                row(Started.LOCAL, "Host: evil.example", "403 host-not-allowed"),
                row(Started.LOCAL, "Host: localhost.evil.example", "403 host-not-allowed"),
                row(Started.NONE, "Host: evil.example", "202"),
                row(Started.LOCAL, "Host: localhost|Sec-Fetch-Site: cross-site", "403 cross-site"),
                row(Started.LOCAL, "Host: localhost|Sec-Fetch-Site: same-site", "403 cross-site"),
                row(Started.LOCAL, "Host: localhost|Origin: null", "403 cross-site"),
                row(Started.LOCAL, "Host: localhost|Origin: http://evil.example", "403 cross-site"),
                row(Started.LOCAL, "Host: localhost|Origin: http://localhost", "202"),
                row(Started.LOCAL, "Host: localhost|Sec-Fetch-Site: same-origin|Origin: http://a", "202"),
                row(Started.NONE, "Host: localhost|Sec-Fetch-Site: cross-site", "403 cross-site"),
                row(Started.NONE, "Host: localhost|Origin: null", "403 cross-site"),
                row(Started.LOCAL, "Host: localhost|X-Forwarded-For: 127.0.0.1", "401 behind-a-proxy"),
                row(Started.LOCAL, "Host: localhost|x-forwarded-anything:", "401 behind-a-proxy"),
                row(Started.LOCAL, "Host: localhost|Forwarded: for=x", "401 behind-a-proxy"),
                row(Started.LOCAL, "Host: localhost|X-Real-IP: ::1", "401 behind-a-proxy"),
                row(Started.LOCAL, "Host: localhost|Via: 1.1 p", "401 behind-a-proxy"),
                row(Started.NONE, "Host: localhost|X-Forwarded-For: 10.0.0.1", "202"));
    }

    private static Arguments row(Started started, String headers, String answer) {
        return Arguments.of(started, headers, answer);
    }

    @ParameterizedTest(name = "{0}: {1}: {2}")
    @MethodSource("table")
    void a_submit_is_answered_as_the_table_says(Started started, String headers, String answer) throws IOException {
        assertThat(told(send(started, RUN + " HTTP/1.1", headers, BODY))).isEqualTo(answer);
    }

    /** A stream of an unknown task: whoever is let in is told that there is none. */
    @ParameterizedTest(name = "{0}: {1}: {2}")
    @MethodSource("table")
    void and_so_is_a_route_that_is_none_of_the_framework_s(Started started, String headers, String answer)
            throws IOException {
        assertThat(told(send(started, STREAM + " HTTP/1.1", headers, "")))
                .isEqualTo(answer.equals("202") ? "404 not-found" : answer);
    }

    @ParameterizedTest
    @CsvSource({"LOCAL, 403 host-not-allowed", "KEY, 401 unauthorized", "NONE, 404 not-found"})
    void without_a_host_a_request_is_nobody_s(Started started, String answer) throws IOException {
        assertThat(told(send(started, STREAM + " HTTP/1.0", "X-Nothing: at all", "")))
                .isEqualTo(answer);
    }

    @ParameterizedTest
    @CsvSource({"LOCAL", "KEY", "NONE"})
    void a_body_without_a_type_is_refused_whoever_sends_it(Started started) throws IOException {
        String typeless = send(started, RUN + " HTTP/1.1", "Host: localhost|Content-Type:", BODY);

        assertThat(told(typeless)).isEqualTo("415 unsupported-media-type");
    }

    @ParameterizedTest
    @CsvSource({
        "GET /q/swagger-ui/, 200",
        "GET /tasks, 403 cross-site",
        "GET /hello, 403 cross-site",
        "GET /q/health/live, 200",
    })
    void a_link_of_another_page_leads_to_the_page_of_the_api_only(String line, String answer) throws IOException {
        String navigation = "Host: localhost|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: navigate";

        assertThat(told(send(Started.LOCAL, line + " HTTP/1.1", navigation, "")))
                .isEqualTo(answer);
    }

    @Test
    void a_key_in_the_url_is_not_read_and_in_no_log() throws IOException {
        String answer = send(Started.KEY, "GET /tasks?access_token=" + key + " HTTP/1.1", "Host: localhost", "");

        assertThat(told(answer)).isEqualTo("401 unauthorized");
        assertThat(WORKERS.get(Started.KEY).log()).doesNotContain(key);
    }

    private static String send(Started started, String line, String headers, String body) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.ofLiteral("127.0.0.1"), SETUPS.get(started).port())) {
            socket.setSoTimeout(30_000);
            String type = body.isEmpty() || headers.contains("Content-Type:") ? "" : "Content-Type: application/json|";
            String host = headers.contains("Host:") || line.endsWith("1.0") ? "" : "Host: localhost|";
            List<String> lines = List.of((line + "|" + host + type + headers + "|Content-Length: " + body.length()
                            + "|Connection: close||" + body)
                    .replace("KEY", key)
                    .replace("|Content-Type:|", "|")
                    .split("\\|", -1));
            socket.getOutputStream().write(String.join("\r\n", lines).getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    /** The status, and what kind of problem it is. */
    private static String told(String answer) {
        String status = answer.split(" ", 3)[1];
        int problem = answer.indexOf("urn:claudecluster:problem:");
        return problem < 0 ? status : status + " " + answer.substring(problem + 26, answer.indexOf('"', problem));
    }
}
