package org.claudecluster.worker.credential;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows the mounted file, and finds out how credentials stand: at the start, when they change, and again and again
 * after the API has refused one; and whether the CLI can run that could not. One thread, which may wait for the CLI; a
 * look at what is well costs the reading of a small file.
 */
public final class CredentialWatch {

    private static final Logger LOG = Logger.getLogger(CredentialWatch.class);

    private final Credentials credentials;
    private final CredentialTrial trial;
    private final CredentialUser user;
    private final SharedPause shared;
    private final boolean verify;
    private final Consumer<CredentialStatus> told;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("auth").daemon().factory());
    private @Nullable Credential tried;
    /** Whether the API held the credential back at the last look. */
    private boolean wasHeld;

    /**
     * Begins with {@link #start}.
     *
     * @param verify whether a credential that is new is tried by a real turn
     * @param told hears after each look how things stand
     */
    public CredentialWatch(
            Credentials credentials,
            CredentialTrial trial,
            CredentialUser user,
            SharedPause shared,
            boolean verify,
            Consumer<CredentialStatus> told) {
        this.credentials = credentials;
        this.trial = trial;
        this.user = user;
        this.shared = shared;
        this.verify = verify;
        this.told = told;
    }

    public void start(Duration poll) {
        long millis = poll.toMillis();
        ScheduledFuture<?> _ = timer.scheduleWithFixedDelay(this::attempt, 0, millis, TimeUnit.MILLISECONDS);
    }

    /** Returns at once; a turn that is under way ends by itself. */
    public void stop() {
        timer.shutdown();
    }

    /** A timer forgets a job that throws. */
    private void attempt() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.error("the credential could not be looked at", e);
        }
    }

    void look() {
        boolean changed = credentials.look();
        told.accept(credentials.status());
        if (changed) {
            // It may be what the executor could not run without.
            user.credentialChanged();
            shared.end();
        } else {
            user.lookAgain();
        }
        if (user.usesCredential()) {
            share();
            probe();
            told.accept(credentials.status());
        }
    }

    private void probe() {
        Credential current = credentials.current();
        if (!current.equals(tried)) {
            tried = current;
            CredentialTrial.Login _ = trial.tryLogin(current);
            if (verify && credentials.isUsable()) {
                trial.tryTurn(current);
            }
            return;
        }
        if (credentials.isRetryDue()) {
            again(current);
        }
    }

    /** A success of a run, or of a try of ours, ends the pause; what we don't know better we take over. */
    private void share() {
        if (wasHeld && credentials.status().state() == CredentialState.OK) {
            shared.end();
        }
        shared.look();
        wasHeld = credentials.isHeldByTheApi();
    }

    private void again(Credential current) {
        if (credentials.status().state() == CredentialState.MISSING) {
            CredentialTrial.Login _ = trial.tryLogin(current);
            return;
        }
        if (!shared.isOurTurn()) {
            return;
        }
        CredentialState before = credentials.status().state();
        boolean told = trial.tryTurn(current);
        if (!told && before == CredentialState.UNPAID) {
            credentials.letOneTry();
        }
    }
}
