package org.claudecluster.worker.credential;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;
import org.jboss.logging.Logger;

/**
 * The credential that new tasks get, and how it stands. The mounted file wins over the environment and is looked at
 * again and again; whoever took a credential keeps it. Safe for use by several threads; reading it costs nothing.
 */
public final class Credentials {

    private static final Logger LOG = Logger.getLogger(Credentials.class);

    /** What to do about it, where there is none. */
    public static final String NONE =
            "no credentials: mount a file (WORKER_AUTH_FILE) or set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN";

    /** Failures of which only somebody who was let in can tell. */
    private static final Set<Reason> ANSWERED = EnumSet.of(
            Reason.USAGE_LIMIT, Reason.MAX_TURNS, Reason.BUDGET_EXCEEDED, Reason.REFUSED, Reason.SCHEMA_UNMET);

    private final CredentialSettings settings;
    private final CredentialSources sources;
    private final InstantSource clock;
    private volatile HeldCredential held;
    private volatile Optional<String> trouble = Optional.empty();
    private Optional<String> lastSeen = Optional.empty();
    private volatile boolean oneMayTry;

    /** Looks at once, so that the first task finds what is there. */
    public Credentials(CredentialSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.sources = new CredentialSources(settings);
        this.held = held(sources.fromEnvironment());
        look();
        sources.removeAllBut(held.credential(), held.status().source());
    }

    /** What a task that starts now gets. */
    public Credential current() {
        return held.credential();
    }

    /** Tells credentials apart; stays the same while one is refreshed. */
    public Optional<String> fingerprint() {
        return held.credential().fingerprint();
    }

    public CredentialStatus status() {
        CredentialStatus status = held.status();
        return trouble.isPresent() && status.reason().isEmpty() ? status.with(status.state(), trouble) : status;
    }

    /** Whether a task may be started. */
    public boolean isUsable() {
        return held.status().state().isUsable();
    }

    /** Directories and files that hold secrets, for the CLI's deny rules. */
    public List<Path> unreadable() {
        return sources.unreadable(held.credential());
    }

    /** Looks at the file again, and at the end of a login; true when new tasks get another credential than before. */
    public synchronized boolean look() {
        boolean changed = look(sources.file());
        if (held.credential() instanceof Credential.Login login) {
            LoginStore.tokens(login).ifPresent(this::judge);
        }
        return changed;
    }

    private boolean look(CredentialFile found) {
        if (found instanceof CredentialFile.Unreadable(String why) && lastSeen.isPresent()) {
            goOn(why);
            return false;
        }
        trouble = Optional.empty();
        Optional<String> seen = Optional.of(found.identity());
        boolean changed = !lastSeen.equals(seen) && take(found);
        lastSeen = seen;
        return changed;
    }

    /** It is not known to be gone, nor to be another: what it said before still counts. */
    private void goOn(String why) {
        if (trouble.isEmpty()) {
            LOG.warnf("the credentials file %s: %s; tasks go on with what was known before", settings.file(), why);
        }
        trouble = Optional.of("%s: %s; tasks go on with what was known before".formatted(settings.file(), why));
    }

    private boolean take(CredentialFile found) {
        HeldCredential before = held;
        held = held(sources.take(found));
        // By all that a run gets of it: the same key for another gateway is another credential.
        boolean same = before.credential().equals(held.credential())
                && before.status().source() == held.status().source();
        if (same
                && held.status().state() == CredentialState.UNKNOWN
                && before.status().state() != CredentialState.INVALID) {
            // The same secret in other clothes: what is known of it stays known.
            held = before;
            return false;
        }
        tellOf(held.status());
        return true;
    }

    private static void tellOf(CredentialStatus status) {
        if (status.state().isUsable()) {
            LOG.infof(
                    "new tasks use a credential of kind %s from: %s",
                    status.kind(), status.source().wire());
        } else {
            // What the API said in its refusal is not ours to log; readiness and /pty/status tell it.
            String why = status.state() == CredentialState.REFUSED || status.state() == CredentialState.UNPAID
                    ? "GET /pty/status says why"
                    : status.reason().orElse("");
            LOG.warnf("tasks wait, the credential is %s: %s", status.state().wire(), why);
        }
    }

    private HeldCredential held(CredentialSources.Found found) {
        return new HeldCredential(found.credential(), found.status(), clock.instant(), 0);
    }

    private void judge(LoginTokens tokens) {
        CredentialStatus status = held.status().expiring(tokens.expiresAt(), tokens.renewable());
        boolean over = tokens.isOver(clock.instant());
        if (over && status.state() != CredentialState.EXPIRED) {
            String why = tokens.spent()
                    ? "the login could not be refreshed and was emptied by the CLI: log in again and mount the new file"
                    : "the login has run out and has no refresh token: log in again and mount the new file";
            set(status.with(CredentialState.EXPIRED, Optional.of(why)));
            return;
        }
        if (!over && status.state() == CredentialState.EXPIRED) {
            set(status.with(CredentialState.UNKNOWN, Optional.empty()));
            return;
        }
        held = new HeldCredential(held.credential(), status, held.since(), held.tries());
    }

    /** The API, or the CLI before it asked the API, has said no to this credential. */
    public synchronized void refused(Credential used, String why) {
        if (isCurrent(used) && held.status().state() != CredentialState.EXPIRED) {
            set(held.status().with(CredentialState.REFUSED, Optional.of(why)));
            look();
        }
    }

    /** The API takes this credential, but its account can't pay. */
    public synchronized void unpaid(Credential used, String why) {
        if (isCurrent(used) && held.status().state() != CredentialState.EXPIRED) {
            set(held.status().with(CredentialState.UNPAID, Optional.of(why)));
        }
    }

    /** What another worker, or this one before its start, has found out of the current credential. */
    synchronized void heardElsewhere(Reason why) {
        if (!isUsable()) {
            return;
        }
        set(held.status()
                .with(
                        why == Reason.BILLING ? CredentialState.UNPAID : CredentialState.REFUSED,
                        Optional.of("a run that shares this store failed with it: " + why.wire())));
    }

    /** Somebody has found that the current credential works again. */
    synchronized void resumedElsewhere() {
        if (isHeldByTheApi()) {
            set(held.status().with(CredentialState.UNKNOWN, Optional.empty()));
        }
    }

    /** Whether only a try can tell that the current credential works again. */
    boolean isHeldByTheApi() {
        return held.isByTheApi();
    }

    /** How long to wait for the next try after this one. */
    Duration nextPause() {
        return held.triedInVain(clock.instant()).pause(settings.retry());
    }

    /** Lets one task find out how the credential stands, where a try of ours told nothing. */
    synchronized void letOneTry() {
        oneMayTry = held.status().state() == CredentialState.UNPAID;
    }

    /** Whether one task may be started although the credential is held back. */
    public boolean mayOneTry() {
        return oneMayTry;
    }

    /** That task was started. */
    public void oneTries() {
        oneMayTry = false;
    }

    /** The API has answered with this credential. */
    public synchronized void worked(Credential used) {
        if (isCurrent(used) && held.status().state() != CredentialState.OK) {
            set(held.status().with(CredentialState.OK, Optional.empty()));
        }
    }

    /** The CLI, asked for its status, makes nothing of this credential. */
    public synchronized void unusable(Credential used) {
        if (!isCurrent(used)) {
            return;
        }
        CredentialStatus status = held.status();
        if (!status.state().isUsable()) {
            inconclusive(used);
        } else if (used instanceof Credential.None) {
            set(status.with(CredentialState.MISSING, Optional.of(NONE)));
        } else {
            set(status.with(CredentialState.INVALID, Optional.of("the CLI says that it is not logged in with it")));
        }
    }

    /** The CLI knows a credential by itself after all. */
    public synchronized void present(Credential used) {
        boolean missed = held.status().state() == CredentialState.MISSING
                || (held.status().state() == CredentialState.INVALID && !(used instanceof Credential.None));
        if (isCurrent(used) && missed) {
            set(held.status().with(CredentialState.UNKNOWN, Optional.empty()));
        }
    }

    /** Says nothing new, but starts the wait for the next try. */
    public synchronized void inconclusive(Credential used) {
        if (isCurrent(used)) {
            held = held.triedInVain(clock.instant());
        }
    }

    /** What a run with this credential shows of it; false when it shows nothing, as most endings do. */
    public boolean heard(Credential used, Verdict verdict) {
        Optional<Reason> reason = verdict.outcome().reason();
        String message = verdict.outcome().message().orElse("no message");
        if (reason.equals(Optional.of(Reason.AUTH_FAILED))) {
            refused(used, "the API refused it: " + message);
            return true;
        }
        if (reason.equals(Optional.of(Reason.BILLING))) {
            unpaid(used, "the account can't pay: " + message);
            return true;
        }
        boolean answered = reason.filter(ANSWERED::contains).isPresent()
                || (verdict.outcome() instanceof Outcome.Completed
                        && verdict.result().isPresent());
        if (answered) {
            worked(used);
        }
        return answered;
    }

    /** Whether it is long enough ago that it was found wanting to try again. */
    boolean isRetryDue() {
        return held.isRetryDue(clock.instant(), settings.retry());
    }

    /** What was found out of a credential that has been replaced meanwhile says nothing of the new one. */
    private boolean isCurrent(Credential used) {
        return used.equals(held.credential());
    }

    private void set(CredentialStatus status) {
        boolean told = held.status().state() == status.state();
        oneMayTry = false;
        held = new HeldCredential(held.credential(), status, clock.instant(), told ? held.tries() : 0);
        if (!told && (!status.state().isUsable() || status.state() == CredentialState.OK)) {
            tellOf(status);
        }
    }

    /** Without anything that could be a secret. */
    @Override
    public String toString() {
        return "Credentials[" + held.status() + "]";
    }
}
