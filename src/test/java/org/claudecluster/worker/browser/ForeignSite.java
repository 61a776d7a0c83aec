package org.claudecluster.worker.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.claudecluster.worker.e2e.Api;

/**
 * A web site of somebody else: one page, and the reports that it sends home. Whatever else it is asked for it passes on
 * to the worker with the headers as they came, as a name does that led to the site first and then to the worker (DNS
 * rebinding).
 */
final class ForeignSite implements AutoCloseable {

    private static final Path PAGE = Path.of("src/test/resources/browser/foreign-page.html");

    private static final int PATIENCE_MS = 5_000;

    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "keep-alive", "transfer-encoding");

    private final HttpServer server;
    private final CompletableFuture<JsonNode> report = new CompletableFuture<>();
    private final int worker;

    /**
     * Serves until it is closed.
     *
     * @param target what the page is to try, as it names it
     * @param task a task of the worker's
     * @param worker the worker's port
     */
    ForeignSite(String target, String task, int worker) throws IOException {
        this.worker = worker;
        String page = Files.readString(PAGE).replace("WORKER", target).replace("TASK", task);
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::passOn);
        server.createContext(
                "/page", exchange -> answer(exchange, 200, "text/html", page.getBytes(StandardCharsets.UTF_8)));
        server.createContext("/report", exchange -> {
            report.complete(Api.json(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            answer(exchange, 200, "text/plain", new byte[] {'o', 'k'});
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** What the page told of its tries, by their names. */
    CompletableFuture<JsonNode> report() {
        return report;
    }

    private void passOn(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        StringBuilder head = new StringBuilder(exchange.getRequestMethod())
                .append(' ')
                .append(exchange.getRequestURI())
                .append(" HTTP/1.0\r\n");
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(
                        value -> head.append(name).append(": ").append(value).append("\r\n"));
            }
        });
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), worker)) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            int end = answer.indexOf("\r\n\r\n");
            answer(
                    exchange,
                    Integer.parseInt(answer.substring(9, 12)),
                    "application/json",
                    answer.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().put("Content-Type", List.of(type));
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
