package org.claudecluster.worker.exec;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.credential.CredentialUser;
import org.jboss.logging.Logger;

/**
 * Decides which executor new tasks get. A switch takes effect for tasks that are claimed after it; running ones go on
 * with theirs.
 *
 * <p>INVARIANT: {@code auto} goes from the stub to the CLI as soon as that can run, and never back by itself: a CLI that
 * vanishes makes tasks wait, or else the stub would "complete" them.
 */
public final class ExecutorStrategy implements CredentialUser {

    private static final Logger LOG = Logger.getLogger(ExecutorStrategy.class);

    /** A CLI that said no is asked again so soon, and each time after twice as long. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    private final TaskExecutor stub;
    private final TaskExecutor pty;
    private final Fallback fallback;
    private final LongSupplier nanos;
    private volatile Choice choice;
    private long askedAt;
    private Duration pause = FIRST_PAUSE;
    private boolean wasInPlace;

    /**
     * The executor that was asked for, and the one that is used.
     *
     * @param pty whether the pseudo-terminal executor can run, as last found out
     */
    public record Choice(ExecutorType requested, TaskExecutor active, Availability pty) {

        /** Whether a task that is claimed now could be run, as far as is known. */
        public boolean canRun() {
            return active.type() == ExecutorType.STUB || pty instanceof Availability.Available;
        }

        /**
         * Whether tasks may be claimed. A CLI that was asked for by name and can't run leaves a shared queue to others,
         * for whom it would burn attempt after attempt; of a queue of its own the tasks fail with the reason, since
         * nobody else would ever look at them. Under {@code auto} they wait.
         */
        public boolean mayClaim(boolean isOwnQueue) {
            return canRun() || (isOwnQueue && requested == ExecutorType.PTY);
        }

        /** The version that the CLI gave, where it answered. */
        public Optional<String> cliVersion() {
            return switch (pty) {
                case Availability.Available(Optional<String> version) -> version;
                case Availability.Unavailable _, Availability.Unknown _ -> Optional.empty();
            };
        }

        /** Why the CLI can't run here, if it can't or is not known to. */
        public Optional<String> whyNoPty() {
            return switch (pty) {
                case Availability.Available _ -> Optional.empty();
                case Availability.Unavailable(String why) -> Optional.of(why);
                case Availability.Unknown(String why) -> Optional.of(why);
            };
        }
    }

    /** Asks the CLI at once. */
    public ExecutorStrategy(
            TaskExecutor stub, TaskExecutor pty, ExecutorType requested, Fallback fallback, LongSupplier nanos) {
        this.stub = stub;
        this.pty = pty;
        this.fallback = fallback;
        this.nanos = nanos;
        this.wasInPlace = pty.isInPlace();
        this.choice = choose(requested, pty.probe(), pty);
        this.askedAt = nanos.getAsLong();
        tell(Optional.empty());
    }

    public Choice choice() {
        return choice;
    }

    /**
     * Asks the CLI again while it is not known to run, for it may have been installed meanwhile, and when it is in its
     * place no more.
     */
    @Override
    public synchronized void lookAgain() {
        if (choice.requested() == ExecutorType.STUB) {
            return;
        }
        boolean isInPlace = pty.isInPlace();
        boolean isAskable = switch (choice.pty()) {
            case Availability.Available _ -> false;
            case Availability.Unavailable _ -> isInPlace && isDue();
            case Availability.Unknown _ -> true;
        };
        if (isAskable || isInPlace != wasInPlace) {
            lookNow();
        }
    }

    @Override
    public boolean usesCredential() {
        return choice.active().type() == ExecutorType.PTY;
    }

    @Override
    public synchronized void credentialChanged() {
        if (choice.requested() != ExecutorType.STUB && !(choice.pty() instanceof Availability.Available)) {
            pause = FIRST_PAUSE;
            lookNow();
        }
    }

    private boolean isDue() {
        return nanos.getAsLong() - askedAt >= pause.toNanos();
    }

    private void lookNow() {
        Choice before = choice;
        wasInPlace = pty.isInPlace();
        choice = choose(before.requested(), pty.probe(), before.active());
        asked();
        tell(Optional.of(before));
    }

    private void asked() {
        askedAt = nanos.getAsLong();
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        if (choice.pty() instanceof Availability.Available) {
            pause = FIRST_PAUSE;
        }
    }

    /** Switches; false, with nothing changed, when the wanted executor can't run here. */
    public synchronized boolean switchTo(ExecutorType wanted) {
        Availability found = pty.probe();
        Choice before = choice;
        if (wanted == ExecutorType.PTY && !(found instanceof Availability.Available)) {
            choice = new Choice(before.requested(), before.active(), found);
            return false;
        }
        choice = choose(wanted, found, before.requested() == ExecutorType.AUTO ? before.active() : pty);
        tell(Optional.of(before));
        return true;
    }

    /** With what {@code auto} keeps to where nothing is known. */
    private Choice choose(ExecutorType wanted, Availability found, TaskExecutor meanwhile) {
        TaskExecutor active = switch (wanted) {
            case STUB -> stub;
            // Asked for by name: tasks shall fail with the reason rather than pretend to have run.
            case PTY -> pty;
            case AUTO ->
                switch (found) {
                    case Availability.Available _ -> pty;
                    case Availability.Unavailable _ -> fallback.isAllowed() ? stub : pty;
                    case Availability.Unknown _ -> meanwhile;
                };
        };
        if (active.type() == ExecutorType.PTY && found instanceof Availability.Available) {
            fallback.end();
        }
        return new Choice(wanted, active, found);
    }

    /** Once for each change, not for each look. */
    private void tell(Optional<Choice> before) {
        Choice now = choice;
        boolean isSame = before.filter(then -> then.requested() == now.requested()
                        && then.active().type() == now.active().type()
                        && then.canRun() == now.canRun())
                .isPresent();
        if (isSame || now.requested() == ExecutorType.STUB) {
            return;
        }
        String why = now.whyNoPty().orElse("");
        if (!now.canRun()) {
            boolean isKept = now.requested() == ExecutorType.AUTO && !fallback.isAllowed();
            LOG.warnf("tasks can't run: %s%s", why, isKept ? " (" + fallback.whyNot() + ")" : "");
        } else if (now.active().type() == ExecutorType.STUB) {
            LOG.warnf("tasks run in the stub executor: %s", why);
        } else if (before.isPresent()) {
            LOG.infof("new tasks run in the CLI: %s", now.cliVersion().orElse("which gave no version"));
        }
    }
}
