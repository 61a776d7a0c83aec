package org.claudecluster.worker.credential;

import java.util.Optional;
import java.util.function.Function;
import org.claudecluster.worker.task.store.CredentialPause;
import org.claudecluster.worker.task.store.CredentialPauses;
import org.claudecluster.worker.task.store.StoreException;
import org.jboss.logging.Logger;

/**
 * Shares what is known of the current credential with all workers of the store: one that was refused, or whose account
 * can't pay, is held back by all of them, one at a time tries it again, and its success is everybody's. While the store
 * is away each goes by what it knows itself. For use by one thread.
 */
public final class SharedPause {

    private static final Logger LOG = Logger.getLogger(SharedPause.class);

    private final Credentials credentials;
    private final CredentialPauses pauses;
    /** The credential for which a pause was seen at the last look. */
    private Optional<String> seen = Optional.empty();

    public SharedPause(Credentials credentials, CredentialPauses pauses) {
        this.credentials = credentials;
        this.pauses = pauses;
    }

    /** Takes over what others have found out. */
    void look() {
        ask("look", fingerprint -> {
            Optional<CredentialPause> pause = pauses.paused(fingerprint).filter(CredentialPause::endsByTrying);
            boolean wasPaused = seen.equals(Optional.of(fingerprint));
            seen = pause.map(_ -> fingerprint);
            pause.ifPresent(known -> credentials.heardElsewhere(known.reason()));
            if (pause.isEmpty() && wasPaused) {
                credentials.resumedElsewhere();
            }
            return true;
        });
    }

    /** Whether it is this worker that tries now. */
    boolean isOurTurn() {
        return ask(
                        "try",
                        fingerprint -> pauses.paused(fingerprint)
                                        .filter(CredentialPause::endsByTrying)
                                        .isEmpty()
                                || pauses.tryAgain(fingerprint, credentials.nextPause()))
                .orElse(true);
    }

    /** The credential works, or is a new one. */
    void end() {
        ask("resume", fingerprint -> {
            if (pauses.paused(fingerprint).filter(CredentialPause::endsByTrying).isPresent()) {
                pauses.resume(fingerprint);
            }
            return true;
        });
        seen = Optional.empty();
    }

    private Optional<Boolean> ask(String what, Function<String, Boolean> question) {
        try {
            return credentials.fingerprint().map(question);
        } catch (StoreException e) {
            LOG.warnf("no %s of the credential's pause: %s", what, e.getMessage());
            return Optional.empty();
        }
    }
}
