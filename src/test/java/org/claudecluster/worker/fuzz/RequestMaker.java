package org.claudecluster.worker.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** Makes the request of a number: of an operation of the document, with one kind of trouble. */
final class RequestMaker {

    private static final List<Operation> OTHERS = List.of(
            other("/"),
            other("/q/health"),
            other("/q/health/ready"),
            other("/q/metrics"),
            other("/q/openapi"),
            other("/q/swagger-ui"),
            other("/q/nothing"),
            other("/favicon.ico"),
            other("/nothing"));

    private static final List<String> VERBS = List.of(
            "HEAD",
            "OPTIONS",
            "PUT",
            "PATCH",
            "TRACE",
            "CONNECT",
            "GET",
            "POST",
            "DELETE",
            "PROPFIND",
            "FOO",
            "get",
            "X-Y");

    private static final List<String> HEADERS = List.of(
            "Range",
            "If-Range",
            "If-None-Match",
            "If-Match",
            "If-Modified-Since",
            "Accept",
            "Accept-Encoding",
            "Accept-Language",
            "Content-Type",
            "Content-Encoding",
            "Content-Language",
            "Last-Event-ID",
            "Idempotency-Key",
            "Authorization",
            "Cookie",
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-HTTP-Method-Override",
            "Upgrade",
            "HTTP2-Settings",
            "Sec-WebSocket-Key",
            "Sec-WebSocket-Extensions",
            "Connection",
            "Trailer",
            "TE",
            "Expect",
            "Via",
            "Max-Forwards",
            "Date",
            "Origin",
            "Sec-Fetch-Site",
            "Host",
            "traceparent",
            "baggage");

    private static final String CLOSE = "Connection: close\r\n\r\n";

    private final JsonNode document;
    private final List<Operation> operations;
    private final List<String> tasks;
    private final long seed;

    RequestMaker(JsonNode document, List<String> tasks, long seed) {
        this.document = document;
        this.operations = Operation.of(document);
        this.tasks = tasks;
        this.seed = seed;
    }

    private static Operation other(String path) {
        return new Operation("GET", path, List.of(), Optional.empty());
    }

    List<Operation> operations() {
        return operations;
    }

    Sent make(int number) {
        Dice dice = new Dice(seed, number);
        Operation operation = dice.oneIn(12) ? dice.pick(OTHERS) : dice.pick(operations);
        return switch (dice.below(20)) {
            case 0, 1 -> rawPath(dice, operation);
            case 2, 3, 4 -> encodedPath(dice, operation);
            case 5 -> verb(dice, operation);
            case 6, 7, 8 -> headers(dice, operation);
            case 9, 10 -> query(dice, operation);
            case 11, 12 -> body(dice, operation);
            case 13 -> bomb(dice, operation);
            case 14 -> Nonsense.framing(dice, operation.method(), path(dice, operation));
            case 15 -> Nonsense.line(dice, path(dice, operation));
            case 16 -> dice.oneIn(3) ? Nonsense.noise(dice) : pipeline(dice);
            default -> asTold(dice, operation, dice.pick(10, 30, 1_000));
        };
    }

    private Sent asTold(Dice dice, Operation operation, int calm) {
        StringBuilder target = new StringBuilder(path(dice, operation));
        StringBuilder headers = new StringBuilder();
        char next = '?';
        for (Operation.Parameter parameter : operation.parameters()) {
            if (dice.oneIn(2)) {
                String value = dice.oneIn(calm) ? Hostile.text(dice) : parameterOf(dice, parameter);
                if (parameter.in().equals("query")) {
                    target.append(next).append(parameter.name()).append('=').append(URLEncoder.encode(value, UTF_8));
                    next = '&';
                } else {
                    headers.append(parameter.name())
                            .append(": ")
                            .append(line(value))
                            .append("\r\n");
                }
            }
        }
        String body = operation
                .body()
                .map(schema -> new Json(document, dice, calm).of(schema))
                .orElse("");
        return request("as told", operation.method(), target.toString(), headers.toString(), body.getBytes(UTF_8));
    }

    private static String parameterOf(Dice dice, Operation.Parameter parameter) {
        return switch (parameter.name()) {
            case "wait" -> dice.pick("0s", "1ms", "20ms");
            case "format" -> dice.pick("raw", "text", "asciicast", "json", "tar.gz");
            case "Range" -> dice.pick("bytes=0-", "bytes=-5", "bytes=3-9");
            default -> dice.pick("0", "1", "5", "x");
        };
    }

    private static Sent request(String kind, String method, String target, String headers, byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String type = headers.contains("Content-Type") || body.length == 0 ? "" : "Content-Type: application/json\r\n";
        String length = body.length == 0 ? "" : "Content-Length: " + body.length + "\r\n";
        String head = method + " " + target + " HTTP/1.1\r\n" + Sent.HOST + headers + type + length + CLOSE;
        bytes.writeBytes(head.getBytes(ISO_8859_1));
        bytes.writeBytes(body);
        return new Sent(kind, bytes.toByteArray(), true, method.equals("HEAD"));
    }

    /** With a task that exists, mostly. */
    private String path(Dice dice, Operation operation) {
        return operation
                .path()
                .replace("{id}", dice.oneIn(6) ? "01a20af2-4230-766c-97b2-0aade692c40b" : dice.pick(tasks))
                .replace("{path}", dice.pick("x", "a/b.txt", ".git/config", "%2e%2e/x"));
    }

    private Sent encodedPath(Dice dice, Operation operation) {
        String hostile = dice.oneIn(2)
                ? "%%%02X".formatted(dice.below(0x100))
                : URLEncoder.encode(Hostile.text(dice), UTF_8).replace("+", "%20");
        return request("encoded path", operation.method(), mix(dice, operation, limited(hostile)), "", new byte[0]);
    }

    private Sent rawPath(Dice dice, Operation operation) {
        String hostile = dice.oneIn(2)
                ? String.valueOf((char) dice.below(0x100))
                : new String(Hostile.text(dice).getBytes(UTF_8), ISO_8859_1);
        return request("raw path", operation.method(), mix(dice, operation, limited(hostile)), "", new byte[0]);
    }

    private static String limited(String text) {
        return text.length() > 5_000 ? text.substring(0, 5_000) : text;
    }

    private String mix(Dice dice, Operation operation, String hostile) {
        String path = path(dice, operation);
        return switch (dice.below(4)) {
            case 0 -> path + hostile;
            case 1 -> path + "/" + hostile;
            case 2 -> operation.path().replace("{id}", hostile).replace("{path}", hostile);
            default -> {
                int at = 1 + dice.below(path.length());
                yield path.substring(0, at) + hostile + path.substring(at);
            }
        };
    }

    private Sent verb(Dice dice, Operation operation) {
        String verb = dice.oneIn(8) ? line(Hostile.text(dice)) : dice.pick(VERBS);
        boolean whole = VERBS.contains(verb) && !verb.equals("CONNECT");
        byte[] body = dice.oneIn(4) ? "{\"prompt\":\"x\"}".getBytes(UTF_8) : new byte[0];
        Sent request = request("verb", verb, path(dice, operation), "", body);
        return new Sent(request.kind(), request.bytes(), whole, request.head());
    }

    private Sent query(Dice dice, Operation operation) {
        StringBuilder target = new StringBuilder(path(dice, operation)).append('?');
        List<String> names = new ArrayList<>(List.of("wait", "limit", "after", "status", "label.x", "format", "x", ""));
        operation.parameters().forEach(parameter -> names.add(parameter.name()));
        for (int i = dice.pick(1, 2, 5, 200); i > 0; i--) {
            String value = Hostile.text(dice);
            target.append(dice.oneIn(10) ? limited(line(value)) : dice.pick(names))
                    .append(dice.pick("=", "=", "", "[]="));
            String hostile = limited(value);
            target.append(dice.oneIn(3) ? line(hostile).replace(" ", "") : URLEncoder.encode(hostile, UTF_8));
            target.append(dice.pick("&", "&", ";", "&&"));
        }
        return request("query", operation.method(), target.toString(), "", new byte[0]);
    }

    private Sent headers(Dice dice, Operation operation) {
        StringBuilder headers = new StringBuilder();
        int count = dice.pick(1, 1, 1, 3, 3, 1_000);
        for (int i = 0; i < count; i++) {
            String name = dice.oneIn(8) ? line(limited(Hostile.text(dice))) : dice.pick(HEADERS);
            headers.append(name).append(dice.oneIn(20) ? dice.pick("", " : ", ":\t", ":\r\n ") : ": ");
            headers.append(
                    dice.oneIn(10) ? new String(dice.bytes(dice.pick(1, 40)), ISO_8859_1) : line(Hostile.text(dice)));
            headers.append(dice.oneIn(20) ? dice.pick("\n", "\r", "\r\n\r\n") : "\r\n");
        }
        String body = operation.body().isPresent() ? "{\"prompt\":\"x\"}" : "";
        Sent request =
                request("headers", operation.method(), path(dice, operation), headers.toString(), body.getBytes(UTF_8));
        // Whatever waits for more is not judged: what is sent may well be no whole request.
        return new Sent(request.kind(), request.bytes(), false, request.head());
    }

    /** Without line ends, in one byte for each character as the wire has it. */
    private static String line(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1).replace("\r", "").replace("\n", "");
    }

    private Sent body(Dice dice, Operation operation) {
        String json = operation
                .body()
                .map(schema -> new Json(document, dice, 8).of(schema))
                .orElse("{\"prompt\":\"x\"}");
        Charset charset = dice.pick(UTF_8, UTF_8, UTF_16, ISO_8859_1);
        byte[] bytes = json.getBytes(charset);
        String headers = "Content-Type: "
                + dice.pick(
                        "application/json",
                        "application/json;charset=utf-16",
                        "application/json;charset=nothing",
                        "text/plain",
                        "application/xml",
                        "multipart/form-data",
                        "multipart/form-data; boundary=x",
                        "application/x-www-form-urlencoded",
                        "*/*",
                        "x",
                        "",
                        "application/json;;;",
                        "application/problem+json")
                + "\r\n";
        switch (dice.below(6)) {
            case 0 -> bytes = gzipped(bytes);
            case 1 -> {
                headers += "Content-Encoding: " + dice.pick("gzip", "deflate", "br", "identity", "x") + "\r\n";
                bytes = dice.oneIn(2) ? gzipped(bytes) : bytes;
            }
            case 2 -> bytes = parts(dice.pick(3, 5_000));
            case 3 -> bytes = dice.bytes(dice.pick(1, 100, 10_000));
            case 4 -> {
                byte[] cut = new byte[bytes.length / 2];
                System.arraycopy(bytes, 0, cut, 0, cut.length);
                bytes = cut;
            }
            default -> {}
        }
        String method = dice.oneIn(6) ? dice.pick("GET", "DELETE", "PUT") : operation.method();
        return request("body", method, path(dice, operation), headers, bytes);
    }

    private static byte[] parts(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("--x\r\nContent-Disposition: form-data; name=\"a")
                    .append(i)
                    .append("\"\r\n\r\nv\r\n");
        }
        return text.append("--x--\r\n").toString().getBytes(UTF_8);
    }

    private static byte[] gzipped(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private Sent bomb(Dice dice, Operation operation) {
        // Most of what they cost is the same for all; a whole one for each request would only take time.
        String json =
                dice.oneIn(4) ? Hostile.bomb(dice) : "{\"prompt\":\"x\",\"timeoutMs\":" + Hostile.number(dice) + "}";
        boolean takesOne = operation.body().isPresent();
        return request("bomb", "POST", takesOne ? path(dice, operation) : "/run", "", json.getBytes(UTF_8));
    }

    private Sent pipeline(Dice dice) {
        StringBuilder text = new StringBuilder();
        for (int i = dice.pick(2, 3, 40); i > 0; i--) {
            text.append("GET ")
                    .append(path(dice, dice.pick(operations)))
                    .append(" HTTP/1.1\r\n")
                    .append(Sent.HOST)
                    .append("\r\n");
        }
        text.append(dice.pick(
                "GET /hello HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "BAD\r\n\r\n",
                "GET /%zz HTTP/1.1\r\n" + Sent.HOST + CLOSE));
        return new Sent("pipeline", text.toString().getBytes(ISO_8859_1), false, false);
    }
}
