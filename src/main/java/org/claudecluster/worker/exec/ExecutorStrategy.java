package org.claudecluster.worker.exec;

import static java.util.Objects.requireNonNull;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.credential.CredentialUser;
import org.claudecluster.worker.time.Doubling;
import org.jboss.logging.Logger;

/**
 * Decides which executor new tasks get, of all that there are as beans. A switch takes effect for tasks that are claimed
 * after it; running ones go on with theirs. An executor is asked whether it can run when it is wanted, and never before.
 *
 * <p>INVARIANT: {@code auto} goes from the stub to the CLI as soon as that can run, and never back by itself: a CLI that
 * vanishes makes tasks wait, or else the stub would "complete" them.
 */
@ApplicationScoped
public class ExecutorStrategy implements CredentialUser {

    private static final Logger LOG = Logger.getLogger(ExecutorStrategy.class);

    /** When a CLI that said no is asked again. */
    private static final Doubling PAUSES = new Doubling(Duration.ofSeconds(5), Duration.ofSeconds(60));

    private final KnownExecutors executors;
    private final Fallback fallback;
    private final LongSupplier nanos;
    private volatile Choice choice;
    private long askedAt;
    private Duration pause = PAUSES.first();

    /**
     * The executor that was asked for, and the one that is used.
     *
     * @param found whether the executor in question can run, as last found out: with {@code auto} and the stub that is
     *     the CLI's, else the one that was asked for
     */
    public record Choice(ExecutorType requested, TaskExecutor active, Availability found) {

        /** Whether a task that is claimed now could be run, as far as is known. */
        public boolean canRun() {
            return active.type().isSimulated() || found instanceof Availability.Available;
        }

        /**
         * Whether tasks may be claimed. What was asked for by name and can't run leaves a shared queue to others, for
         * whom it would burn attempt after attempt; of a queue of its own the tasks fail with the reason, since
         * nobody else would ever look at them. Under {@code auto} they wait.
         */
        public boolean mayClaim(boolean isOwnQueue) {
            return canRun() || (isOwnQueue && requested.isDemanding());
        }

        /** The version that the CLI gave, where it answered. */
        public Optional<String> cliVersion() {
            return switch (found) {
                case Availability.Available(Optional<String> version) -> version;
                case Availability.Unavailable _, Availability.Unknown _ -> Optional.empty();
            };
        }

        /** Why the executor in question can't run here, if it can't or is not known to. */
        public Optional<String> whyNoPty() {
            return KnownExecutors.whyNot(found);
        }
    }

    /** The executor that the configuration asks for, and whether the stub may stand in for it. */
    public record Settings(ExecutorType requested, Fallback fallback) {
        public Settings {
            requireNonNull(requested, "requested");
            requireNonNull(fallback, "fallback");
        }
    }

    @Inject
    ExecutorStrategy(@Any Instance<TaskExecutor> executors, Settings settings) {
        this(executors, settings.requested(), settings.fallback(), System::nanoTime);
    }

    /** Asks nobody, so that what has to be able to run can't, until {@link #begin}. */
    public ExecutorStrategy(
            Iterable<TaskExecutor> executors, ExecutorType requested, Fallback fallback, LongSupplier nanos) {
        this.executors = new KnownExecutors(executors);
        this.fallback = fallback;
        this.nanos = nanos;
        this.choice = new Choice(
                requested,
                this.executors.executor(requested.equals(ExecutorType.AUTO) ? ExecutorType.PTY : requested),
                this.executors.answerOf(inQuestion(requested)));
    }

    /** The names that can be asked for where there are these executors. */
    public static List<String> names(Iterable<TaskExecutor> executors) {
        return KnownExecutors.names(executors);
    }

    /** The names that {@link #switchTo} knows. */
    public List<String> names() {
        return executors.names();
    }

    /** Once at the start, when executors are prepared: asks the one in question, unless the stub was asked for. */
    public synchronized void begin() {
        askedAt = nanos.getAsLong();
        ExecutorType requested = choice.requested();
        if (!requested.isSimulated()) {
            executors.ask(inQuestion(requested));
            choice = choose(requested, choice.active());
            tell(Optional.empty());
        }
    }

    /** Why an executor can't run here, if it can't or is not known to. */
    public Optional<String> whyNot(ExecutorType type) {
        return KnownExecutors.whyNot(executors.answerOf(type));
    }

    private static ExecutorType inQuestion(ExecutorType requested) {
        return requested.isDemanding() ? requested : ExecutorType.PTY;
    }

    public Choice choice() {
        return choice;
    }

    /**
     * Asks again while the executor in question is not known to run, for the CLI may have been installed meanwhile, and
     * when that is in its place no more.
     */
    @Override
    public synchronized void lookAgain() {
        if (choice.requested().isSimulated()) {
            return;
        }
        ExecutorType asked = inQuestion(choice.requested());
        boolean isAskable = switch (choice.found()) {
            case Availability.Available _ -> false;
            case Availability.Unavailable _ -> executors.executor(asked).isInPlace() && isDue();
            case Availability.Unknown _ -> true;
        };
        if (isAskable || executors.hasComeOrGone(asked)) {
            lookNow();
        }
    }

    @Override
    public boolean usesCredential() {
        return !choice.active().type().isSimulated();
    }

    @Override
    public synchronized void credentialChanged() {
        if (!choice.requested().isSimulated() && !(choice.found() instanceof Availability.Available)) {
            pause = PAUSES.first();
            lookNow();
        }
    }

    private boolean isDue() {
        return nanos.getAsLong() - askedAt >= pause.toNanos();
    }

    private void lookNow() {
        Choice before = choice;
        executors.ask(inQuestion(before.requested()));
        choice = choose(before.requested(), before.active());
        asked();
        tell(Optional.of(before));
    }

    private void asked() {
        askedAt = nanos.getAsLong();
        pause = choice.found() instanceof Availability.Available ? PAUSES.first() : PAUSES.after(pause);
    }

    /** Switches; false, with nothing changed, when the wanted executor can't run here. */
    public synchronized boolean switchTo(ExecutorType wanted) {
        Choice before = choice;
        executors.ask(inQuestion(wanted));
        if (wanted.isDemanding() && !(executors.answerOf(wanted) instanceof Availability.Available)) {
            choice =
                    new Choice(before.requested(), before.active(), executors.answerOf(inQuestion(before.requested())));
            return false;
        }
        boolean wasAuto = before.requested().equals(ExecutorType.AUTO);
        choice = choose(wanted, wasAuto ? before.active() : executors.executor(inQuestion(wanted)));
        tell(Optional.of(before));
        return true;
    }

    /** With what {@code auto} keeps to where nothing is known. */
    private Choice choose(ExecutorType wanted, TaskExecutor meanwhile) {
        Availability found = executors.answerOf(inQuestion(wanted));
        // Asked for by name: tasks shall fail with the reason rather than pretend to have run.
        TaskExecutor active =
                wanted.equals(ExecutorType.AUTO) ? byItself(found, meanwhile) : executors.executor(wanted);
        if (!active.type().isSimulated() && found instanceof Availability.Available) {
            fallback.end();
        }
        return new Choice(wanted, active, found);
    }

    private TaskExecutor byItself(Availability found, TaskExecutor meanwhile) {
        return switch (found) {
            case Availability.Available _ -> executors.executor(ExecutorType.PTY);
            case Availability.Unavailable _ ->
                executors.executor(fallback.isAllowed() ? ExecutorType.STUB : ExecutorType.PTY);
            case Availability.Unknown _ -> meanwhile;
        };
    }

    /** Once for each change, not for each look. */
    private void tell(Optional<Choice> before) {
        Choice now = choice;
        boolean isSame = before.filter(then -> then.requested().equals(now.requested())
                        && then.active().type().equals(now.active().type())
                        && then.canRun() == now.canRun())
                .isPresent();
        if (isSame || now.requested().isSimulated()) {
            return;
        }
        String why = now.whyNoPty().orElse("");
        if (!now.canRun()) {
            boolean isKept = now.requested().equals(ExecutorType.AUTO) && !fallback.isAllowed();
            LOG.warnf("tasks can't run: %s%s", why, isKept ? " (" + fallback.whyNot() + ")" : "");
        } else if (now.active().type().isSimulated()) {
            LOG.warnf("tasks run in the stub executor: %s", why);
        } else if (before.isPresent()) {
            LOG.infof("new tasks run in the CLI: %s", now.cliVersion().orElse("which gave no version"));
        }
    }
}
