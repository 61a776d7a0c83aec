package org.claudecluster.worker.apistub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A scripted Anthropic Messages API on 127.0.0.1: give {@link #baseUrl()} to the CLI as {@code ANTHROPIC_BASE_URL} and put
 * a directive into the prompt, as in {@code [[stub:bash cmd="echo hi"]]}. What it can do is in {@link Scenario}.
 *
 * <p>Closing it ends every connection, also those it is told to leave hanging, and returns when its threads are gone.
 */
public final class AnthropicStub implements AutoCloseable {

    private static final int KEPT_REQUESTS = 500;

    static {
        // Otherwise an event waits up to 40 ms for the acknowledgement of the one before it.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ObjectMapper json = new ObjectMapper();
    private final Script script = new Script(InstantSource.system(), json);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicLong numbers = new AtomicLong();
    /** Bounded, for a stub that runs for days: the oldest are forgotten. Guarded by itself. */
    private final Deque<ApiRequest> requests = new ArrayDeque<>();
    /** By account and model. */
    private final ConcurrentMap<List<String>, Charge> charges = new ConcurrentHashMap<>();

    private final ExecutorService handlers;
    private final HttpServer server;
    private volatile Optional<String> key = Optional.empty();

    private AnthropicStub(InetSocketAddress address) throws IOException {
        server = HttpServer.create(address, 128);
        handlers = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(handlers);
        server.createContext("/", this::handle);
    }

    /** Starts on a free port. */
    public static AnthropicStub start() {
        return start(0);
    }

    public static AnthropicStub start(int port) {
        return start(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    }

    /** Starts on a free port of another address of this machine: pods reach the node's, not the loopback of their host. */
    public static AnthropicStub startOn(String address) {
        return start(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
    }

    private static AnthropicStub start(InetSocketAddress address) {
        try {
            AnthropicStub stub = new AnthropicStub(address);
            stub.server.start();
            return stub;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + address, e);
        }
    }

    /** Runs until it is killed: {@code [--port N] [--require-key KEY]}. The first line it prints is its URL. */
    public static void main(String[] args) throws InterruptedException {
        List<String> words = Arrays.asList(args);
        AnthropicStub stub =
                start(option(words, "--port").map(Integer::parseInt).orElse(0));
        option(words, "--require-key").ifPresent(stub::requireKey);
        Runtime.getRuntime().addShutdownHook(new Thread(stub::close));
        System.out.println(stub.baseUrl());
        stub.closing.await();
    }

    public URI baseUrl() {
        InetSocketAddress address = server.getAddress();
        return URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort());
    }

    /** From now on a request for the model without this key, as {@code x-api-key} or bearer token, is answered 401. */
    public void requireKey(String required) {
        key = Optional.of(required);
    }

    /** The latest 500 requests, oldest first, also those that are still waiting for their answer. */
    public List<ApiRequest> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /** What it has billed since its start, a line for each account and model. */
    public List<Charge> bill() {
        return List.copyOf(charges.values());
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        handlers.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        ApiRequest request = ApiRequest.of(
                exchange.getRequestMethod(), exchange.getRequestURI().toString(), exchange.getRequestHeaders(), body);
        remember(request);
        String path = exchange.getRequestURI().getPath();
        if (request.asksTheModel()) {
            answer(exchange, body);
        } else if (request.method().equals("HEAD")) {
            exchange.sendResponseHeaders(200, -1);
        } else if (path.equals("/v1/messages/count_tokens")) {
            ObjectNode count =
                    JsonNodeFactory.instance.objectNode().put("input_tokens", Math.ceilDiv(body.length(), 4));
            responder(exchange, "").body(200, count, Map.of());
        } else {
            responder(exchange, "").send(ErrorShapes.error(404, Map.of()), false);
        }
        // Not in a finally: a handler that throws wants its connection dropped, and this would end the response nicely.
        exchange.close();
    }

    private void answer(HttpExchange exchange, String body) throws IOException {
        if (!admits(exchange.getRequestHeaders())) {
            responder(exchange, "").send(ErrorShapes.error(401, Map.of()), false);
            return;
        }
        try {
            Conversation conversation = Conversation.of(parse(body));
            Reply reply = script.reply(conversation);
            Responder responder = responder(exchange, conversation.model());
            if (reply instanceof Reply.Message message) {
                // Before it is sent: whoever has the answer finds it on the bill.
                charge(responder.shapes().charge(conversation.directive().option("account", ""), message));
            }
            responder.send(reply, conversation.streaming());
        } catch (IllegalArgumentException e) {
            responder(exchange, "").send(ErrorShapes.badRequest("stub: " + e.getMessage()), false);
        }
    }

    private void charge(Charge charge) {
        charges.merge(List.of(charge.account(), charge.model()), charge, Charge::plus);
    }

    private Responder responder(HttpExchange exchange, String model) {
        return new Responder(exchange, new MessageShapes(numbers.incrementAndGet(), model), json, closing);
    }

    private JsonNode parse(String body) {
        try {
            return json.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the body is not JSON", e);
        }
    }

    private boolean admits(Headers headers) {
        return key.map(wanted -> wanted.equals(headers.getFirst("x-api-key"))
                        || ("Bearer " + wanted).equals(headers.getFirst("authorization")))
                .orElse(true);
    }

    private void remember(ApiRequest request) {
        synchronized (requests) {
            requests.addLast(request);
            if (requests.size() > KEPT_REQUESTS) {
                requests.removeFirst();
            }
        }
    }

    private static Optional<String> option(List<String> words, String name) {
        int at = words.indexOf(name);
        return at < 0 || at + 1 >= words.size() ? Optional.empty() : Optional.of(words.get(at + 1));
    }
}
