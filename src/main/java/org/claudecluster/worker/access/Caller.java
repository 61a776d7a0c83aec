package org.claudecluster.worker.access;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.task.Tenant;

/**
 * Names who asks for something, and for whom.
 *
 * @param name 1 to {@value #MAX_NAME} characters, as it may stand in a log: a key's name or a token's subject
 * @param tenant whose tasks it asks about; for {@link Scope#ADMIN} the one that the request names
 * @param peer the address that the request came from, if it came over a network
 * @param requestId as the caller gave it or the worker made it, for logs
 */
public record Caller(
        String name, Kind kind, Tenant tenant, Set<Scope> scopes, Optional<String> peer, Optional<String> requestId) {

    public static final int MAX_NAME = 200;

    private static final Caller LOCAL =
            new Caller("local", Kind.LOCAL, Tenant.DEFAULT, Scope.all(), Optional.empty(), Optional.empty());

    /** How the caller was told. */
    public enum Kind {
        /** By nothing: the worker runs where it trusts whoever reaches it. */
        LOCAL,
        /** By a key of the keys file. */
        KEY,
        /** By a token of an issuer. */
        TOKEN
    }

    public Caller {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("a caller's name has 1 to " + MAX_NAME + " characters");
        }
        requireNonNull(kind, "kind");
        requireNonNull(tenant, "tenant");
        requireNonNull(peer, "peer");
        requireNonNull(requestId, "requestId");
        scopes = Set.copyOf(scopes);
    }

    /** Stands for everybody where nobody is asked who they are: tenant {@code default}, all scopes. */
    public static Caller local() {
        return LOCAL;
    }

    /** Whether it may do what needs this scope; an admin may do everything. */
    public boolean may(Scope scope) {
        return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
    }

    /** The same caller, asking about another tenant's tasks. */
    public Caller in(Tenant other) {
        return new Caller(name, kind, other, scopes, peer, requestId);
    }

    /** The same caller by a request that came from there. */
    public Caller by(String address, String request) {
        return new Caller(name, kind, tenant, scopes, Optional.of(address), Optional.of(request));
    }
}
