package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The worker's HTTP, as a client sees it. Remembers the ids of the tasks that were accepted through it. */
public final class Api implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI root;
    private final Optional<String> key;
    private final ConcurrentLinkedQueue<String> accepted = new ConcurrentLinkedQueue<>();

    /** Asks without a key. */
    public Api(int port) {
        this(port, Optional.empty());
    }

    public Api(int port, Optional<String> key) {
        this.root = URI.create("http://127.0.0.1:" + port);
        this.key = key;
    }

    public boolean isReady() {
        return isUp("ready");
    }

    public boolean isLive() {
        return isUp("live");
    }

    private boolean isUp(String probe) {
        try {
            return get("/q/health/" + probe).statusCode() == 200;
        } catch (UncheckedIOException _) {
            return false;
        }
    }

    public int activeTasks() {
        return json(get("/hello")).path("activeTasks").asInt();
    }

    public HttpResponse<String> get(String path, String... headers) {
        return send(request(path, headers), HttpResponse.BodyHandlers.ofString());
    }

    public HttpResponse<byte[]> bytes(String path, String... headers) {
        return send(request(path, headers), HttpResponse.BodyHandlers.ofByteArray());
    }

    public HttpResponse<String> post(String path, String body) {
        return send(
                request(path, "Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Deletes, and answers the status. */
    public int delete(String path) {
        return send(request(path).DELETE(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    /** Submits under an {@code Idempotency-Key}. */
    public HttpResponse<String> submitOnce(ObjectNode body, String key) {
        return send(
                request("/run", "Content-Type", "application/json", "Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString())),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Submits and answers the task's id. */
    public String submit(ObjectNode body) {
        HttpResponse<String> response = post("/run", body.toString());
        assertThat(response.statusCode()).as(response::body).isEqualTo(202);
        String id = json(response).path("taskId").asText();
        accepted.add(id);
        return id;
    }

    public String submit(String prompt) {
        return submit(body(prompt));
    }

    /** The smallest body, to be added to. */
    public static ObjectNode body(String prompt) {
        return JSON.createObjectNode().put("prompt", prompt);
    }

    /** The task when it is final; fails when that takes a minute and a half. */
    public JsonNode awaitEnd(String id) {
        JsonNode task = json(get("/tasks/" + id + "?wait=90s"));
        assertThat(task.path("status").asText()).as(task::toPrettyString).isIn("completed", "failed", "cancelled");
        return task;
    }

    public JsonNode task(String id) {
        return json(get("/tasks/" + id));
    }

    public String output(String id) {
        return get("/tasks/" + id + "/output").body();
    }

    /** Opens the event stream behind this event id; 0 is the beginning. */
    public SseStream stream(String id, long lastEventId) {
        HttpResponse<InputStream> response = send(
                request("/stream/" + id, "Last-Event-ID", String.valueOf(lastEventId)),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        return new SseStream(response.body());
    }

    public List<String> allTaskIds() {
        return allTaskIds("");
    }

    /** The ids of all tasks in the store that a filter such as {@code &status=pending} lets through, page by page. */
    public List<String> allTaskIds(String filter) {
        List<String> ids = new ArrayList<>();
        String page = "/tasks?limit=500" + filter;
        while (!page.isEmpty()) {
            HttpResponse<String> response = get(page);
            json(response)
                    .path("tasks")
                    .forEach(task -> ids.add(task.path("taskId").asText()));
            page = response.headers()
                    .firstValue("Link")
                    .map(link -> link.substring(1, link.indexOf('>')))
                    .orElse("");
        }
        return ids;
    }

    public Collection<String> accepted() {
        return List.copyOf(accepted);
    }

    public static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }

    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(root.resolve(path)).timeout(Duration.ofMinutes(2));
        key.ifPresent(sent -> builder.header("Authorization", "Bearer " + sent));
        return headers.length == 0 ? builder : builder.headers(headers);
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) {
        try {
            return client.send(request.build(), body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
