package org.claudecluster.worker.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.claudecluster.worker.access.AccessKey;

/**
 * Two tenants who ask in turn, and somebody without a key as often as each. What a tenant has printed bears its mark, and no
 * answer to anybody else may have it.
 */
final class Tenants {

    /** One of them. */
    record Party(String name, String key) {

        /** Stands in prompts and output of its tasks. */
        String mark() {
            return "of-the-tenant-" + name;
        }
    }

    static final Party ALPHA = new Party("alpha", AccessKey.random());
    static final Party BETA = new Party("beta", AccessKey.random());

    private Tenants() {}

    /** Who sends the request of this number. */
    static Optional<Party> of(int number) {
        return switch (number % 3) {
            case 1 -> Optional.of(ALPHA);
            case 2 -> Optional.of(BETA);
            default -> Optional.empty();
        };
    }

    /** Whose mark an answer bears that is none to them. */
    static Optional<String> leak(Optional<Party> asked, Answer answer) {
        String body = new String(answer.body(), ISO_8859_1);
        return List.of(ALPHA, BETA).stream()
                .filter(party -> !asked.equals(Optional.of(party)))
                .filter(other -> body.contains(other.mark()))
                .map(other -> "an answer with what is " + other.mark())
                .findFirst();
    }

    /** Writes the file of their keys. */
    static Path keysFile(Path directory) throws IOException {
        return Files.writeString(
                directory.resolve("keys.json"),
                List.of(ALPHA, BETA).stream()
                        .map(party -> """
                                {"name": "%s", "sha256": "%s", "tenant": "%s", "scopes": ["tasks:read", "tasks:write"]}""".formatted(party.name(), AccessKey.hash(party.key()), party.name()))
                        .collect(Collectors.joining(",", "{\"keys\": [", "]}")));
    }
}
