package org.claudecluster.worker.credential;

import java.time.Duration;
import java.time.Instant;
import org.claudecluster.worker.time.Doubling;

/** One credential, how it stands, when it was last tried or changed, and how often it was tried in vain. */
record HeldCredential(Credential credential, CredentialStatus status, Instant since, int tries) {

    private static final Duration FIRST_RETRY = Duration.ofSeconds(5);

    HeldCredential triedInVain(Instant now) {
        return new HeldCredential(credential, status, now, tries + 1);
    }

    /** Whether the API holds it back, so that only a try can tell that it works again. */
    boolean isByTheApi() {
        return status.state() == CredentialState.REFUSED || status.state() == CredentialState.UNPAID;
    }

    /** Whether it is long enough ago that it was found wanting to try again. */
    boolean isRetryDue(Instant now, Duration longest) {
        return (isByTheApi() || status.state() == CredentialState.MISSING) && !now.isBefore(since.plus(pause(longest)));
    }

    /** Soon at first, since a refusal may be a mistake of the moment. */
    Duration pause(Duration longest) {
        return new Doubling(FIRST_RETRY, longest).after(tries);
    }
}
