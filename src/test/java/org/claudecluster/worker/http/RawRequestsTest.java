package org.claudecluster.worker.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the decoder of HTTP refuses is refused by a problem as well; what a client expects comes at once. */
@QuarkusTest
class RawRequestsTest {

    private static final String POST =
            "POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|malformed-request|BAD",
                "400|malformed-request|GET /hello HTTP/2.0~Host: localhost",
                "400|malformed-request|GET /hello XTTP/1.1~Host: localhost",
                "400|malformed-request|GET /hello HTTP/1.1",
                "400|malformed-request|GET /hello HTTP/1.1~Host: localhost~Host: localhost",
                "400|malformed-request|GET #x HTTP/1.1~Host: localhost",
                "400|malformed-request|GET ?x HTTP/1.1~Host: localhost",
                "400|malformed-request|OPTIONS * HTTP/1.1~Host: localhost",
                "400|malformed-request|GET /hello HTTP/1.1~Host: localhost~No colon",
                "400|malformed-request|POST /run HTTP/1.1~Host: localhost~Content-Length: x",
                "400|malformed-request|POST /run HTTP/1.1~Host: localhost~Content-Length: -1",
                "400|malformed-request|POST /run HTTP/1.1~Host: localhost~Content-Length: 5~Content-Length: 6",
                "415|unsupported-media-type|POST /run HTTP/1.1~Host: localhost~Expect: 100-continue~Content-Length: 9",
                "413|body-too-large|POST /run HTTP/1.1~Host: localhost~Content-Type: application/json~Expect: 100-continue~Content-Length: 2097153",
            })
    void what_is_no_request_is_refused_by_a_problem(int status, String code, String lines) throws IOException {
        String answer = answer(lines.replace("~", "\r\n") + "\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.").contains(" " + status + " ");
        assertThat(answer).contains("application/problem+json", "urn:claudecluster:problem:" + code, "\"detail\":\"");
    }

    @Test
    void what_is_too_long_is_refused_by_a_problem() throws IOException {
        String longer = "x".repeat(100_000);

        assertThat(answer("GET /" + longer + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .contains(" 414 ", "urn:claudecluster:problem:target-too-long");
        assertThat(answer("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + longer + "\r\n\r\n"))
                .contains(" 431 ", "urn:claudecluster:problem:headers-too-large");
        assertThat(answer(
                        POST + "Transfer-Encoding: chunked\r\n\r\n200001\r\n" + " ".repeat(0x200001) + "\r\n0\r\n\r\n"))
                .contains(" 413 ", "urn:claudecluster:problem:body-too-large");
    }

    /** U+0001 stands between a tenant's name and its key; whoever could send it could name another's. */
    @ParameterizedTest
    @CsvSource({"1,400", "9,400", "127,400", "233,202"})
    void a_key_has_no_control_character(int character, int status) throws IOException {
        String body = "{\"prompt\":\"x\"}";
        String headers =
                "Content-Length: " + body.length() + "\r\nIdempotency-Key: acme" + (char) character + "key\r\n\r\n";

        assertThat(answer(POST + headers + body)).startsWith("HTTP/1.1 " + status + " ");
    }

    @ParameterizedTest
    @CsvSource({"4096,200", "4097,414"})
    void a_line_has_at_most_4096_bytes(int bytes, String status) throws IOException {
        String line = "GET /hello?x= HTTP/1.1";
        String padded = line.replace("x=", "x=" + "y".repeat(bytes - line.length()));

        assertThat(answer(padded + "\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        .split(" ", 3)[1])
                .isEqualTo(status);
    }

    /** Line ends are not counted. */
    @ParameterizedTest
    @CsvSource({"8192,200", "8193,431"})
    void all_headers_together_have_at_most_8192_bytes(int bytes, String status) throws IOException {
        String others = "Host: localhost\r\nConnection: close\r\n";
        int left = bytes - others.replace("\r\n", "").length() - "X-Long: ".length();

        assertThat(answer("GET /hello HTTP/1.1\r\n" + others + "X-Long: " + "y".repeat(left) + "\r\n\r\n")
                        .split(" ", 3)[1])
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"2097152,400", "2097153,413"})
    void a_body_in_chunks_has_at_most_2_mib(int bytes, int status) throws IOException {
        String chunk = Integer.toHexString(bytes) + "\r\n" + " ".repeat(bytes) + "\r\n0\r\n\r\n";

        assertThat(answer(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunk)).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void a_body_in_chunks_that_are_none_is_refused_by_a_problem() throws IOException {
        assertThat(answer(POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"))
                .contains(" 400 ", "urn:claudecluster:problem:malformed-request");
    }

    @ParameterizedTest
    @CsvSource({"HEAD /tasks/x,404", "HEAD /nothing,404", "HEAD /run,405"})
    void an_answer_to_HEAD_has_the_problems_type_and_no_body(String what, int status) throws IOException {
        String answer = answer(what + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .contains(" " + status + " ", "application/problem+json")
                .endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({"FOO /hello", "TRACE /hello", "PROPFIND /tasks", "PUT /run"})
    void an_unknown_verb_is_refused_by_a_problem(String what) throws IOException {
        assertThat(answer(what + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .contains(" 405 ", "application/problem+json", "urn:claudecluster:problem:");
    }

    @Test
    void who_waits_to_be_told_to_continue_is_told_before_a_byte_of_the_body() throws IOException {
        String body = "{\"prompt\":\"" + "x".repeat(150_000) + "\"}";
        try (Socket socket = connect()) {
            send(socket, POST + "Expect: 100-continue\r\nContent-Length: " + body.length() + "\r\n\r\n");

            assertThat(new String(socket.getInputStream().readNBytes(25), ISO_8859_1))
                    .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            send(socket, body);
            assertThat(all(socket.getInputStream())).startsWith("HTTP/1.1 202 ");
        }
    }

    @Test
    void requests_in_a_row_are_answered_in_a_row_and_the_bad_one_by_a_problem() throws IOException {
        String good = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

        String answer = answer(good + good + "BAD\r\n\r\n");

        assertThat(answer.split("HTTP/1\\.1 200 OK", -1)).hasSize(3);
        assertThat(answer).contains("urn:claudecluster:problem:malformed-request");
    }

    private static String answer(String request) throws IOException {
        try (Socket socket = connect()) {
            send(socket, request);
            return all(socket.getInputStream());
        }
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), RestAssured.port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    private static String all(InputStream in) throws IOException {
        return new String(in.readAllBytes(), ISO_8859_1);
    }
}
