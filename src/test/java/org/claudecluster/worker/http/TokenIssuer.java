package org.claudecluster.worker.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An issuer of tokens that can go away, come back, and take a new key. */
final class TokenIssuer {

    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final int port;
    private volatile KeyPair keys = newKeys();
    private volatile String keyId = "1";
    private @Nullable HttpServer server;
    /** What asked for the keys said in Authorization. */
    final List<String> askedBy = new CopyOnWriteArrayList<>();

    TokenIssuer() {
        this.port = listen(0);
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    void goAway() {
        if (server != null) {
            server.stop(0);
        }
    }

    void comeBack() {
        listen(port);
    }

    void rotate() {
        keys = newKeys();
        keyId = "2";
    }

    /** Claims that the worker under test takes. */
    JwtClaimsBuilder claims() {
        return Jwt.claims()
                .issuer(url())
                .audience("worker")
                .subject("me")
                .claim("scope", "openid tasks:read tasks:write")
                .claim("tenant", "acme")
                .expiresIn(Duration.ofMinutes(5));
    }

    String sign(JwtClaimsBuilder claims) {
        return claims.jws().keyId(keyId).sign(keys.getPrivate());
    }

    String token() {
        return sign(claims());
    }

    private int listen(int wanted) {
        try {
            HttpServer fresh = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 0);
            fresh.createContext("/", this::answer);
            fresh.start();
            server = fresh;
            return fresh.getAddress().getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        askedBy.add(path + " " + exchange.getRequestHeaders().getFirst("Authorization"));
        byte[] body = (path.equals(DISCOVERY) ? discovery() : keySet()).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String discovery() {
        return """
                {"issuer": "%s", "jwks_uri": "%s/keys"}""".formatted(url(), url());
    }

    private String keySet() {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        return """
                {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "%s", "n": "%s", "e": "%s"}]}""".formatted(keyId, base64(key.getModulus()), base64(key.getPublicExponent()));
    }

    private static String base64(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int sign = bytes[0] == 0 ? 1 : 0;
        byte[] magnitude = java.util.Arrays.copyOfRange(bytes, sign, bytes.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(magnitude);
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
