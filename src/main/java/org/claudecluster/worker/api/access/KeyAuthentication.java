package org.claudecluster.worker.api.access;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.oidc.OIDCException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claudecluster.worker.access.AccessKey;
import org.claudecluster.worker.access.AccessMode;
import org.claudecluster.worker.access.Admission;
import org.claudecluster.worker.access.Caller;
import org.claudecluster.worker.access.CurrentKeys;
import org.claudecluster.worker.access.Issuer;
import org.claudecluster.worker.access.Issuers;
import org.claudecluster.worker.api.http.ProblemJson;

/**
 * Tells a caller by its key, and stands in for a caller where nobody is asked. Tokens of issuers are the framework's to
 * look at; whatever else stands in {@code Authorization} is refused, also where a request without it would be served.
 */
@ApplicationScoped
class KeyAuthentication implements HttpAuthenticationMechanism {

    /** Before the framework's look at tokens, which would take a key for one. */
    private static final int PRIORITY = 2000;

    /** Under this the routing context has the issuer that the request may have asked. */
    static final String ASKED = "worker.access.issuer";

    private static final Pattern BEARER = Pattern.compile("(?i)bearer +(\\S+) *");

    private final CurrentKeys keys;
    private final Admission admission;
    private final Issuers issuers;
    private final IssuerContacts contacts;

    KeyAuthentication(CurrentKeys keys, Admission admission, Issuers issuers, IssuerContacts contacts) {
        this.contacts = contacts;
        this.keys = keys;
        this.admission = admission;
        this.issuers = issuers;
    }

    @Override
    public int getPriority() {
        return PRIORITY;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext routing, IdentityProviderManager manager) {
        List<String> given = routing.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        if (given.isEmpty()) {
            return admission.mode() == AccessMode.KEY
                    ? Uni.createFrom().nullItem()
                    : Uni.createFrom().item(Identities.of(Caller.local()));
        }
        if (given.size() > 1) {
            return refused("there are two Authorization headers");
        }
        Matcher bearer = BEARER.matcher(given.getFirst());
        if (!bearer.matches()) {
            return refused("Authorization must be Bearer and a key or a token");
        }
        String credential = bearer.group(1);
        return credential.startsWith(AccessKey.PREFIX) ? byKey(credential) : byToken(routing, credential);
    }

    private Uni<SecurityIdentity> byKey(String key) {
        Optional<Caller> caller = keys.caller(key);
        return caller.isPresent()
                ? Uni.createFrom().item(Identities.of(caller.get()))
                : refused("this key is unknown here, or has expired");
    }

    /** Of an issuer that is configured, the framework looks at it. */
    private Uni<SecurityIdentity> byToken(RoutingContext routing, String token) {
        Optional<Issuer> issuer = issuers.of(token);
        if (issuer.isEmpty()) {
            return refused(
                    "this is no key (" + AccessKey.PREFIX + "...), and no token of an issuer that is known here");
        }
        String name = issuer.get().name();
        if (!contacts.begin(name)) {
            return Uni.createFrom().failure(new OIDCException("the issuer was not reached yet"));
        }
        routing.put(ASKED, name);
        return Uni.createFrom().nullItem();
    }

    private static Uni<SecurityIdentity> refused(String why) {
        return Uni.createFrom().failure(new AuthenticationFailedException(why));
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext routing) {
        return Uni.createFrom()
                .item(new ChallengeData(
                        Response.Status.UNAUTHORIZED.getStatusCode(), HttpHeaderNames.WWW_AUTHENTICATE, "Bearer"));
    }

    /** The framework would end the answer without a body. */
    @Override
    public Uni<Boolean> sendChallenge(RoutingContext routing) {
        return Uni.createFrom()
                .emitter(told -> ProblemJson.inATurnOfItsOwn(() -> {
                    AccessRefusals.unauthorized(routing, Admission.NEEDS_KEY);
                    told.complete(true);
                }));
    }
}
