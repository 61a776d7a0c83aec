package org.claudecluster.worker.task.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.claudecluster.worker.task.result.Reason;

/**
 * Credentials for which no worker that shares the store claims for a while, by their fingerprints. All methods block for
 * the store's reply, and throw {@link StoreUnavailableException} when there is none.
 */
public interface CredentialPauses {

    /** Nobody claims for the credential until then; the later end of two wins. */
    void pause(String credential, Reason why, Instant until);

    /** The same for so long from now, by the store's clock. */
    void pause(String credential, Reason why, Duration time);

    /** The pause that was told last, until somebody resumes: also when its time is over and nobody has tried. */
    Optional<CredentialPause> paused(String credential);

    /** Whether the caller may try now, being the only one to do so before {@code next} is over. */
    boolean tryAgain(String credential, Duration next);

    /** Everybody claims again for the credential. */
    void resume(String credential);
}
