package org.claudecluster.worker.apistub;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.Headers;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One request as the stub got it.
 *
 * @param path with its query, as in {@code /v1/messages?beta=true}
 * @param headers lower-case names, and only those that say something about the client. A secret is cut to its last four
 *     characters ({@code "...abcd"}): enough to tell which one was sent, not enough to leak it into a test report.
 */
public record ApiRequest(String method, String path, Map<String, String> headers, String body) {

    private static final int TAIL = 4;

    public ApiRequest {
        requireNonNull(method, "method");
        requireNonNull(path, "path");
        requireNonNull(body, "body");
        headers = Map.copyOf(headers);
    }

    static ApiRequest of(String method, String path, Headers sent, String body) {
        Map<String, String> kept = new TreeMap<>();
        sent.forEach((name, values) -> keep(kept, name.toLowerCase(Locale.ROOT), String.join(", ", values)));
        return new ApiRequest(method, path, kept, body);
    }

    /** Whether this asked for an answer of the model, which is what a test usually counts. */
    public boolean asksTheModel() {
        return method.equals("POST") && path.split("\\?", 2)[0].equals("/v1/messages");
    }

    private static void keep(Map<String, String> kept, String name, String value) {
        switch (name) {
            case "x-api-key", "authorization" -> kept.put(name, cut(value));
            case "accept", "content-type", "user-agent", "x-app", "x-stainless-retry-count" -> kept.put(name, value);
            default -> {
                if (name.startsWith("anthropic-")) {
                    kept.put(name, value);
                }
            }
        }
    }

    private static String cut(String secret) {
        return "..." + secret.substring(Math.max(0, secret.length() - TAIL));
    }
}
