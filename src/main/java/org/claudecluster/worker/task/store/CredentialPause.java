package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import org.claudecluster.worker.task.result.Reason;

/** Why nobody claims for a credential at the moment. */
public record CredentialPause(Reason reason) {

    public CredentialPause {
        requireNonNull(reason, "reason");
    }

    /** Whether only a try can tell when it is over; else its end is known, and it ends by itself. */
    public boolean endsByTrying() {
        return reason == Reason.BILLING || reason == Reason.AUTH_FAILED;
    }
}
