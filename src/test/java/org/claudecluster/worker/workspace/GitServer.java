package org.claudecluster.worker.workspace;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Real repositories over https on loopback: git's own {@code http-backend} behind the JDK's server, with a certificate
 * made for the occasion. Some paths misbehave: {@code /cut/} breaks off in the middle of the pack, {@code /stall/} stops
 * there until it is released, {@code /silent/} never answers, {@code /private/} wants the token, {@code /moved/} sends
 * to {@code /private/} and {@code /away/} to another host, {@code /forbidden/} refuses everybody.
 */
public final class GitServer implements AutoCloseable {

    public static final String TOKEN = "ghp_0123456789abcdefTOKEN";

    private static final String PASSWORD = "changeit";
    private static final int MEGABYTE = 1 << 20;
    private static final int PATIENCE_SECONDS = 60;

    private final Path root;
    private final SampleRepository repository;
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile String authorization = "";

    private GitServer(Path root, SampleRepository repository, HttpsServer server) {
        this.root = root;
        this.repository = repository;
        this.server = server;
    }

    /** Makes certificate, repository and server below a directory. */
    public static GitServer in(Path root) throws IOException {
        Path keys = root.resolve("keys.p12");
        SampleRepository.run(
                root,
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                keys.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1");
        try {
            KeyStore store = KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray());
            String pem = Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(store.getCertificate("server").getEncoded());
            Files.writeString(
                    root.resolve("ca.pem"), "-----BEGIN CERTIFICATE-----\n" + pem + "\n-----END CERTIFICATE-----\n");
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 16);
            server.setHttpsConfigurator(new HttpsConfigurator(context));
            GitServer made = new GitServer(root, SampleRepository.in(root), server);
            made.start();
            return made;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private void start() {
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /** The id of a commit. */
    public String commit(String name) throws IOException {
        return repository.commit(name);
    }

    public String url(String kind) {
        return url(kind, "shop.git");
    }

    /** Of another repository below the root. */
    String url(String kind, String name) {
        return "https://127.0.0.1:" + server.getAddress().getPort() + kind + "/" + name;
    }

    /** What a git needs to trust it. */
    public Map<String, String> environment() {
        return Map.of(
                "PATH",
                "/usr/local/bin:/usr/bin:/bin",
                "GIT_SSL_CAINFO",
                root.resolve("ca.pem").toString());
    }

    /** What the last request said who it is. */
    String authorization() {
        return authorization;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String said = exchange.getRequestHeaders().getFirst("Authorization");
            authorization = said == null ? "" : said;
            if (path.startsWith("/silent/")) {
                exchange.getRequestBody().readAllBytes();
                boolean _ = new CountDownLatch(1).await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } else if (path.startsWith("/private/") && !isAllowed(authorization)) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
                exchange.sendResponseHeaders(401, -1);
            } else if (path.startsWith("/moved/")) {
                // As servers do it that moved on the same host: without scheme and host.
                redirect(exchange, exchange.getRequestURI().toString().replaceFirst("/moved/", "/private/"));
            } else if (path.startsWith("/away/")) {
                redirect(
                        exchange, "https://user:secret@git.example.invalid/shop.git/info/refs?service=git-upload-pack");
            } else if (path.startsWith("/forbidden/")) {
                exchange.sendResponseHeaders(403, -1);
            } else {
                backend(exchange, path.replaceFirst("^/(cut|stall|private)/", "/"), end(path));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void redirect(HttpExchange exchange, String location) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        exchange.sendResponseHeaders(301, -1);
    }

    /** What follows the first megabyte of a pack. */
    private enum End {
        REST,
        REST_WHEN_RELEASED,
        NOTHING
    }

    private static End end(String path) {
        if (path.startsWith("/stall/")) {
            return End.REST_WHEN_RELEASED;
        }
        return path.startsWith("/cut/") ? End.NOTHING : End.REST;
    }

    /** Lets what stalls go on, and what comes from now on not stall at all. */
    public void release() {
        released.countDown();
    }

    private static boolean isAllowed(String authorization) {
        String pair = "x-access-token:" + TOKEN;
        return authorization.equals(
                "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }

    /** RFC 3875, as far as git's backend uses it. */
    private void backend(HttpExchange exchange, String path, End end) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
        String protocol = exchange.getRequestHeaders().getFirst("Git-Protocol");
        String query = exchange.getRequestURI().getQuery();
        builder.environment()
                .putAll(Map.of(
                        "GIT_PROJECT_ROOT",
                        root.toString(),
                        "GIT_HTTP_EXPORT_ALL",
                        "1",
                        "REQUEST_METHOD",
                        exchange.getRequestMethod(),
                        "PATH_INFO",
                        path,
                        "QUERY_STRING",
                        query == null ? "" : query,
                        "CONTENT_TYPE",
                        type == null ? "" : type,
                        "HTTP_CONTENT_ENCODING",
                        encoding == null ? "" : encoding,
                        "GIT_PROTOCOL",
                        protocol == null ? "" : protocol));
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        byte[] body = exchange.getRequestBody().readAllBytes();
        try (OutputStream in = process.getOutputStream()) {
            in.write(body);
        }
        byte[] all = process.getInputStream().readAllBytes();
        int head = headLength(all);
        int status = 200;
        for (String line : new String(all, 0, head, StandardCharsets.US_ASCII).split("\r\n", -1)) {
            String[] field = line.split(": ", 2);
            if (field[0].equals("Status")) {
                status = Integer.parseInt(field[1].substring(0, 3));
            } else if (field.length == 2) {
                exchange.getResponseHeaders().set(field[0], field[1]);
            }
        }
        exchange.sendResponseHeaders(status, all.length - head);
        OutputStream out = exchange.getResponseBody();
        int first = Math.min(all.length, MEGABYTE);
        out.write(all, head, first - head);
        if (first < all.length) {
            out.flush();
            goOn(end, out, all, first);
        }
    }

    private void goOn(End end, OutputStream out, byte[] all, int from) throws IOException, InterruptedException {
        boolean goesOn = switch (end) {
            case REST -> true;
            case REST_WHEN_RELEASED -> released.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            case NOTHING -> false;
        };
        if (goesOn) {
            out.write(all, from, all.length - from);
        }
    }

    private static int headLength(byte[] all) {
        String text = new String(all, 0, Math.min(all.length, 4096), StandardCharsets.ISO_8859_1);
        return text.indexOf("\r\n\r\n") + 4;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
