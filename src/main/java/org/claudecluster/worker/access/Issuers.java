package org.claudecluster.worker.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Knows issuers by what their tokens call them. */
public final class Issuers {

    private static final ObjectReader JSON = new JsonMapper().reader();
    /** Header, claims and signature. */
    private static final int PARTS = 3;

    private final Map<String, Issuer> byUrl = new HashMap<>();

    /** Throws {@link IllegalArgumentException} where two have one URL: which of their rules holds could not be told. */
    public Issuers(List<Issuer> issuers) {
        for (Issuer issuer : issuers) {
            Issuer other = byUrl.put(issuer.url(), issuer);
            if (other != null) {
                throw new IllegalArgumentException(other.name() + " and " + issuer.name() + " have one URL");
            }
        }
    }

    /** The issuer that a token names. Nothing of the token is proved by that: its signature is still to be checked. */
    public Optional<Issuer> of(String token) {
        return claims(token).map(claims -> byUrl.get(claims.path("iss").asText("")));
    }

    /** The claims of a token whose signature was checked, or is still to be; empty for what is no token. */
    public static Optional<JsonNode> claims(String token) {
        String[] parts = token.split("\\.", PARTS + 1);
        if (parts.length != PARTS) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readTree(Base64.getUrlDecoder().decode(parts[1])));
        } catch (IOException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return byUrl.isEmpty();
    }

    /** All of them. */
    public List<Issuer> all() {
        return List.copyOf(byUrl.values());
    }
}
