package org.claudecluster.worker.credential;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Describes the credential that new tasks get, without its value.
 *
 * @param kind such as {@code api_key}, {@code oauth_token}, {@code claude_ai} or {@code none}
 * @param expiresAt when it ends, where that is known
 * @param renewable whether the CLI can put that end off by itself
 * @param reason why it can't be used, or what is not known; a sentence for a person
 */
public record CredentialStatus(
        CredentialState state,
        Source source,
        String kind,
        Optional<Instant> expiresAt,
        boolean renewable,
        Optional<String> reason) {

    /** Where a credential comes from. */
    public enum Source {
        /** The mounted file, {@code worker.auth.file}. */
        FILE,
        /** The worker's own environment. */
        ENVIRONMENT,
        /** Something that the CLI knows by itself. */
        CLI,
        NONE;

        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public CredentialStatus {
        requireNonNull(state, "state");
        requireNonNull(source, "source");
        requireNonNull(kind, "kind");
        requireNonNull(expiresAt, "expiresAt");
        requireNonNull(reason, "reason");
    }

    CredentialStatus with(CredentialState changed, Optional<String> why) {
        return new CredentialStatus(changed, source, kind, expiresAt, renewable, why);
    }

    CredentialStatus expiring(Optional<Instant> end, boolean canBeRenewed) {
        return new CredentialStatus(state, source, kind, end, canBeRenewed, reason);
    }
}
