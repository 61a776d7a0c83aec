package org.claudecluster.worker.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in a path, encoded or not: it is refused by a problem document if at all, and never by a 5xx. */
@QuarkusTest
class EncodedPathTest {

    private static final String ARTIFACTS = "/tasks/00000000-0000-7000-8000-000000000000/artifacts/";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/*",
                "/tasks/*",
                "/tasks/x*/output",
                ARTIFACTS + "my*file.txt",
                "/stream/*",
                "/q/*",
                "/q/swagger-ui*",
                "/q/openapi*"
            })
    void every_byte_encoded_finds_an_answer_or_is_refused_by_a_problem(String place) {
        Stream<String> paths = bytes().mapToObj(b -> place.replace("*", "%%%02X".formatted(b)));

        assertThat(paths.map(this::answer)).allMatch(answer -> answer.status() < 400 || answer.isProblem());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/*", "/tasks/*", ARTIFACTS + "my*file.txt", "/stream/*"})
    void every_byte_as_it_is_finds_an_answer_or_is_refused_by_a_problem(String place) {
        Stream<String> paths = bytes().mapToObj(b -> place.replace('*', (char) b));

        assertThat(paths.map(this::answer)).allMatch(answer -> answer.status() < 400 || answer.isProblem());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%", "%4", "%zz", "%-1", "%25zz", "%C3%28", "%7B%7Bx", "%22", "..%2f..", "%2e%2e", "..", ".", "%2e",
                "//", "%2F%2F"
            })
    void what_is_odd_or_no_encoding_at_all_is_refused_by_a_problem(String text) {
        Stream<String> paths = Stream.of(
                        "/",
                        "/tasks/",
                        ARTIFACTS,
                        "/stream/",
                        "/hello/",
                        "/q/",
                        "/q/swagger-ui",
                        "/q/swagger-ui/",
                        "/q/openapi",
                        "/q/health",
                        "/q/metrics")
                .flatMap(path -> Stream.of(path + text, path + text + "%2f", path + text + "/x"));

        assertThat(paths.map(this::answer)).allMatch(answer -> answer.status() < 400 || answer.isProblem());
    }

    private static IntStream bytes() {
        return IntStream.range(0, 256);
    }

    private record Answer(String path, int status, String type, String body) {

        boolean isProblem() {
            try {
                JsonNode problem = new ObjectMapper().readTree(body);
                return status < 500
                        && type.startsWith("application/problem+json")
                        && problem.path("status").asInt() == status
                        && problem.path("type").asText().startsWith("urn:claudecluster:problem:")
                        && problem.path("instance").asText().startsWith("/");
            } catch (IOException e) {
                return false;
            }
        }
    }

    /** By a socket, since a client would encode the path by itself or refuse it. */
    private Answer answer(String path) {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), RestAssured.port)) {
            socket.setSoTimeout(20_000);
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            String[] parts = new String(socket.getInputStream().readAllBytes(), ISO_8859_1).split("\r\n\r\n", 2);
            String type = parts[0].lines()
                    .map(line -> line.toLowerCase(Locale.ROOT))
                    .filter(line -> line.startsWith("content-type: "))
                    .findFirst()
                    .map(line -> line.substring("content-type: ".length()))
                    .orElse("none");
            return new Answer(path, Integer.parseInt(parts[0].substring(9, 12)), type, parts[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
