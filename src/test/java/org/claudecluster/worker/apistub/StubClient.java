package org.claudecluster.worker.apistub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Asks the stub as the CLI does: one conversation per request, streamed or whole. */
final class StubClient implements AutoCloseable {

    static final String KEY = "sk-ant-stub-0123456789abcdef";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;

    StubClient(URI base) {
        this.base = base;
    }

    /** One server-sent event. */
    record Event(String name, JsonNode data) {

        static Event of(String frame) {
            String[] lines = frame.split("\n", -1);
            return new Event(after("event: ", lines[0]), parse(after("data: ", lines[1])));
        }

        private static String after(String prefix, String line) {
            if (!line.startsWith(prefix)) {
                throw new IllegalArgumentException("no " + prefix + "in: " + line);
            }
            return line.substring(prefix.length());
        }
    }

    /** The unstreamed answer to a prompt and the tool results that have come in since. */
    JsonNode whole(String prompt, String... results) throws IOException, InterruptedException {
        return sent(body(prompt, false, results));
    }

    JsonNode wholeWithoutTools(String prompt) throws IOException, InterruptedException {
        ObjectNode body = body(prompt, false);
        body.remove("tools");
        return sent(body);
    }

    JsonNode conversation(String body) throws IOException, InterruptedException {
        return sent(parse(body));
    }

    HttpResponse<String> post(String prompt) throws IOException, InterruptedException {
        return http.send(request(body(prompt, false)), BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> postLater(String prompt) {
        return http.sendAsync(request(body(prompt, true)), BodyHandlers.ofString());
    }

    HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .method(method, BodyPublishers.noBody())
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    List<Event> stream(String prompt) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request(body(prompt, true)), BodyHandlers.ofString());
        return Arrays.stream(response.body().split("\n\n")).map(Event::of).toList();
    }

    Stream<String> lines(String prompt) throws IOException, InterruptedException {
        return http.send(request(body(prompt, true)), BodyHandlers.ofLines()).body();
    }

    static String text(List<Event> events) {
        return pieces(events, "text");
    }

    static String pieces(List<Event> events, String key) {
        return events.stream()
                .map(event -> event.data().path("delta").path(key).asText(""))
                .collect(Collectors.joining());
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not JSON: " + json, e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private JsonNode sent(JsonNode body) throws IOException, InterruptedException {
        return parse(http.send(request(body), BodyHandlers.ofString()).body());
    }

    private HttpRequest request(JsonNode body) {
        return HttpRequest.newBuilder(base.resolve("/v1/messages?beta=true"))
                .header("content-type", "application/json")
                .header("x-api-key", KEY)
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
    }

    private static ObjectNode body(String prompt, boolean streaming, String... results) {
        ObjectNode body = JSON.createObjectNode().put("model", "claude-test").put("stream", streaming);
        body.putArray("tools").addObject().put("name", "Bash");
        ArrayNode messages = body.putArray("messages");
        messages.addObject().put("role", "user").put("content", prompt);
        for (String result : results) {
            messages.addObject().put("role", "assistant").put("content", "calling");
            ArrayNode content = messages.addObject().put("role", "user").putArray("content");
            content.addObject().put("type", "tool_result").put("content", result);
        }
        return body;
    }
}
