package org.claudecluster.worker.api.access;

import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.claudecluster.worker.access.Caller;
import org.claudecluster.worker.access.Issuers;
import org.jspecify.annotations.Nullable;

/** Makes callers of those whose tokens the framework has checked. Only what an issuer's rules say counts then. */
@ApplicationScoped
class TokenCallers implements SecurityIdentityAugmentor {

    private final Issuers issuers;

    TokenCallers(Issuers issuers) {
        this.issuers = issuers;
    }

    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        @Nullable AccessTokenCredential token = identity.getCredential(AccessTokenCredential.class);
        if (token == null || identity.isAnonymous()) {
            return Uni.createFrom().item(identity);
        }
        return caller(token.getToken())
                .map(caller -> Uni.createFrom().item(Identities.of(caller)))
                .orElseGet(() -> Uni.createFrom()
                        .failure(new AuthenticationFailedException(
                                "this token lacks sub or a claim that this worker requires, or names no tenant")));
    }

    private Optional<Caller> caller(String token) {
        return issuers.of(token).flatMap(issuer -> Issuers.claims(token).flatMap(claims -> issuer.caller(claims)));
    }
}
