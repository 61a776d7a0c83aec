package org.claudecluster.worker.credential;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The shapes that a credentials file may have. */
public sealed interface CredentialFileShape {

    /** For people who mounted something else, as the end of a sentence. */
    String ACCEPTED = "{\"claudeAiOauth\":{...}} (.credentials.json), {\"primaryApiKey\":...} (.claude.json), "
            + "{\"apiKey\"|\"api_key\"|\"ANTHROPIC_API_KEY\":...}, {\"oauthToken\"|\"CLAUDE_CODE_OAUTH_TOKEN\":...}, "
            + "{\"authToken\"|\"ANTHROPIC_AUTH_TOKEN\":...} each with \"ANTHROPIC_BASE_URL\" if you like, "
            + "or settings {\"env\":{...}} or {\"apiKeyHelper\":...}";

    /** One that can be used as it is. */
    record Ready(Credential credential) implements CredentialFileShape {}

    /** A login whose tokens rotate, so that the CLI must be able to write it back: it has to be imported first. */
    record Rotating(String json) implements CredentialFileShape {
        @Override
        public String toString() {
            return "Rotating[]";
        }
    }

    /** None of them. The message shows nothing of the file but names of keys that we know. */
    final class UnknownShapeException extends Exception {

        private static final long serialVersionUID = 1L;

        UnknownShapeException(String message) {
            super(message);
        }
    }

    /** The shape of this object; {@code text} is what it was read from. */
    static CredentialFileShape of(JsonNode json, String text) throws UnknownShapeException {
        if (json.has("claudeAiOauth")) {
            requireUsable(json.path("claudeAiOauth"));
            return new Rotating(text);
        }
        List<String> named = NAMES.stream().filter(json::has).toList();
        if (!named.contains("primaryApiKey") && (json.has("apiKeyHelper") || json.has("env"))) {
            requireCredential(json, named);
            return new Ready(new Credential.BySettings(text, switches(json.path("env"))));
        }
        if (named.size() > 1) {
            throw new UnknownShapeException(
                    "it names more than one credential (" + String.join(", ", named) + "): keep one");
        }
        if (named.isEmpty()) {
            throw new UnknownShapeException(
                    json.has("oauthAccount") || json.has("projects")
                            ? "it is a .claude.json without primaryApiKey: a login's tokens are in .credentials.json"
                            : "it has no shape that is known");
        }
        return new Ready(flat(named.getFirst(), json));
    }

    private static Map<String, String> switches(JsonNode env) {
        return Credential.PROVIDERS.keySet().stream()
                .filter(name -> OwnVariables.isOn(env.path(name).asText()))
                .collect(Collectors.toMap(name -> name, _ -> "1"));
    }

    /** The names that may stand at the top, each for a key or token. */
    List<String> NAMES = List.of(
            "primaryApiKey",
            "apiKey",
            "api_key",
            "ANTHROPIC_API_KEY",
            "oauthToken",
            "CLAUDE_CODE_OAUTH_TOKEN",
            "authToken",
            "ANTHROPIC_AUTH_TOKEN");

    /** What fits into one page of a pipe, which is how it reaches the CLI. */
    int MAX_SECRET = 4096;

    private static Credential flat(String name, JsonNode json) throws UnknownShapeException {
        String value = secret(name, json.path(name));
        Map<String, String> companions = baseUrl(json.path("ANTHROPIC_BASE_URL"));
        return switch (name) {
            case "oauthToken", "CLAUDE_CODE_OAUTH_TOKEN" -> Credential.oauthToken(value, companions);
            case "authToken", "ANTHROPIC_AUTH_TOKEN" -> Credential.authToken(value, companions);
            default -> Credential.apiKey(value, companions);
        };
    }

    private static String secret(String name, JsonNode value) throws UnknownShapeException {
        String text = value.isTextual() ? value.asText().strip() : "";
        if (text.isEmpty()) {
            throw new UnknownShapeException(name + " must be a text that is not empty");
        }
        if (text.length() > MAX_SECRET) {
            throw new UnknownShapeException(name + " is longer than any key: more than " + MAX_SECRET + " characters");
        }
        // It becomes a header's value; and what was pasted with a line break in it is no key.
        if (text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new UnknownShapeException(name + " has a blank or a character that no key has");
        }
        return text;
    }

    private static Map<String, String> baseUrl(JsonNode value) throws UnknownShapeException {
        if (value.isMissingNode()) {
            return Map.of();
        }
        String url = value.asText().strip();
        if (!value.isTextual() || !url.matches("https?://[^\\s]+")) {
            throw new UnknownShapeException("ANTHROPIC_BASE_URL must be an http or https address");
        }
        return Map.of("ANTHROPIC_BASE_URL", url);
    }

    /** What the CLI needs of a login: without scopes it says "Not logged in" (2.1.197 and 2.1.330). */
    private static void requireUsable(JsonNode login) throws UnknownShapeException {
        LoginTokens tokens;
        try {
            tokens = LoginTokens.of(login);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new UnknownShapeException("claudeAiOauth: " + e.getMessage());
        }
        if (tokens.spent()) {
            throw new UnknownShapeException(
                    "claudeAiOauth has no accessToken: the CLI empties a login that it could not refresh, so log in again");
        }
        if (!login.path("scopes").isArray() || login.path("scopes").isEmpty()) {
            throw new UnknownShapeException("claudeAiOauth.scopes is missing, without which the CLI is not logged in");
        }
    }

    /** A settings file without a credential would be taken by the CLI without a word. */
    private static void requireCredential(JsonNode json, List<String> named) throws UnknownShapeException {
        if (!named.isEmpty()) {
            throw new UnknownShapeException("it is settings, but names " + String.join(", ", named) + " at the top");
        }
        if (json.has("apiKeyHelper")) {
            String helper = json.path("apiKeyHelper").asText();
            if (!json.path("apiKeyHelper").isTextual() || helper.isBlank()) {
                throw new UnknownShapeException("apiKeyHelper must be a command");
            }
            return;
        }
        JsonNode env = json.path("env");
        Set<String> known = Credential.PROVIDERS.keySet();
        List<String> found = new ArrayList<>();
        Stream.concat(Stream.of("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"), known.stream())
                .filter(name -> Optional.ofNullable(env.get(name))
                        .filter(value -> !value.asText().isBlank())
                        .isPresent())
                .forEach(found::add);
        if (found.isEmpty()) {
            throw new UnknownShapeException(
                    "env names no credential: ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN or CLAUDE_CODE_OAUTH_TOKEN");
        }
    }
}
