package org.claudecluster.worker.api.access;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.claudecluster.worker.access.Caller;
import org.claudecluster.worker.access.Scope;
import org.jspecify.annotations.Nullable;

/** Translates between callers and the framework's identities, whose permissions are scopes. */
final class Identities {

    private static final String CALLER = "worker.caller";

    private Identities() {}

    /** An identity that may do what the caller may. */
    static SecurityIdentity of(Caller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(caller.name()))
                .addPermissionsAsString(permissions(caller))
                .addAttribute(CALLER, caller)
                .build();
    }

    private static Set<String> permissions(Caller caller) {
        return Arrays.stream(Scope.values())
                .filter(caller::may)
                .map(Scope::wire)
                .collect(Collectors.toSet());
    }

    /** The caller behind an identity; empty for nobody. */
    static Optional<Caller> caller(@Nullable SecurityIdentity identity) {
        return identity == null || identity.isAnonymous()
                ? Optional.empty()
                : Optional.ofNullable(identity.<Caller>getAttribute(CALLER));
    }
}
