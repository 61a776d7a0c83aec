package org.claudecluster.worker.apistub;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Where the CLI refreshes a login, {@code https://platform.claude.com/v1/oauth/token}, on 127.0.0.1: give {@link #proxy()}
 * to the CLI as {@code HTTPS_PROXY} and {@link #certificate()} as {@code NODE_EXTRA_CA_CERTS}. Whatever host it asks the
 * proxy for, it gets this; no byte leaves the machine. The certificate is made at every start.
 */
public final class TokenEndpoint implements AutoCloseable {

    private static final String PASSWORD = "changeit";
    private static final String HOSTS = "san=dns:platform.claude.com,dns:api.anthropic.com,dns:console.anthropic.com";

    private final AtomicInteger refreshes = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ServerSocket server;
    private final SSLContext tls;
    private final Path certificate;
    private volatile boolean refusing;

    private TokenEndpoint(Path directory) throws IOException, GeneralSecurityException, InterruptedException {
        Path store = directory.resolve("token-endpoint.p12");
        certificate = directory.resolve("token-endpoint.pem");
        keytool(
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-keyalg",
                "EC",
                "-validity",
                "2",
                "-dname",
                "CN=platform.claude.com",
                "-ext",
                HOSTS,
                "-ext",
                "bc=ca:true");
        keytool("-exportcert", "-rfc", "-keystore", store.toString(), "-file", certificate.toString());
        tls = context(store);
        server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        threads.execute(this::accept);
    }

    /** Starts on a free port; files go into {@code directory}. */
    public static TokenEndpoint start(Path directory) {
        try {
            return new TokenEndpoint(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public URI proxy() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    public Path certificate() {
        return certificate;
    }

    /** From now on a refresh is answered {@code invalid_grant}. */
    public void refuse() {
        refusing = true;
    }

    /** How many refreshes were asked for. */
    public int refreshes() {
        return refreshes.get();
    }

    /** The access token that the refresh of this number gives, the first being 1. */
    public static String token(int refresh) {
        return "sk-ant-oat01-refreshed-000%d".formatted(refresh);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            } catch (SocketException _) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void serve(Socket plain) {
        try (plain) {
            InputStream in = plain.getInputStream();
            head(in);
            plain.getOutputStream()
                    .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            try (SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(plain, in, true)) {
                secure.setUseClientMode(false);
                answer(secure);
            }
        } catch (IOException _) {
            // The CLI closed early; it is for the test to miss the refresh.
            return;
        }
    }

    private void answer(SSLSocket secure) throws IOException {
        InputStream in = secure.getInputStream();
        String head = head(in);
        int length = head.toLowerCase(Locale.ROOT)
                .lines()
                .filter(line -> line.startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
        in.readNBytes(length);
        boolean token = head.startsWith("POST /v1/oauth/token");
        String body = token ? refreshed(refreshes.incrementAndGet()) : "{}";
        String status = token && refusing ? "400 Bad Request" : "200 OK";
        secure.getOutputStream()
                .write(
                        "HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
                                .formatted(status, body.length(), body)
                                .getBytes(StandardCharsets.US_ASCII));
        secure.getOutputStream().flush();
    }

    private String refreshed(int number) {
        return refusing
                ? "{\"error\":\"invalid_grant\",\"error_description\":\"Refresh token not found or invalid\"}"
                : """
                {"token_type":"Bearer","access_token":"%s","refresh_token":"sk-ant-ort01-rotated-%d","expires_in":28800,\
                "scope":"user:inference user:profile"}""".formatted(token(number), number);
    }

    /** Up to the blank line; byte by byte, since what follows is not ours to read yet. */
    private static String head(InputStream in) throws IOException {
        StringBuilder read = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            read.append((char) c);
            if (read.length() >= 4 && read.substring(read.length() - 4).equals("\r\n\r\n")) {
                break;
            }
        }
        return read.toString();
    }

    private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", "token", "-storepass", PASSWORD, "-storetype", "PKCS12"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String all = String.join("\n", said.lines().toList());
            if (process.waitFor() != 0) {
                throw new IOException("keytool: " + all);
            }
        }
    }
}
