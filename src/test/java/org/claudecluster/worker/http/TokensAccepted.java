package org.claudecluster.worker.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Two issuers: one whose tokens name their tenant and scopes, and one for which they are settled and keys need a token. */
public final class TokensAccepted implements QuarkusTestProfile {

    static final TokenIssuer CLAIMING = new TokenIssuer();
    static final TokenIssuer SETTLED = new TokenIssuer();

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.ofEntries(
                Map.entry("worker.access.oidc.claiming.url", CLAIMING.url()),
                Map.entry("worker.access.oidc.claiming.audience", "worker"),
                Map.entry("worker.access.oidc.claiming.tenant-claim", "tenant"),
                Map.entry("worker.access.oidc.settled.url", SETTLED.url()),
                Map.entry("worker.access.oidc.settled.audience", "worker"),
                Map.entry("worker.access.oidc.settled.tenant", "settled"),
                Map.entry("worker.access.oidc.settled.scopes", "tasks:read"),
                Map.entry("worker.access.oidc.settled.jwks-url", SETTLED.url() + "/keys"),
                Map.entry("worker.access.oidc.settled.token-file", token().toString()),
                Map.entry("worker.access.oidc.settled.required-claims", "tenant=acme"));
    }

    private static Path token() {
        try {
            Path file = Files.createTempFile("token", "");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "of-the-pod\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
