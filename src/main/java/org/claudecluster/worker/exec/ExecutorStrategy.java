package org.claudecluster.worker.exec;

import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Decides which executor new tasks get. A switch takes effect for tasks that are claimed after it; running ones go on
 * with theirs.
 */
public final class ExecutorStrategy {

    private static final Logger LOG = Logger.getLogger(ExecutorStrategy.class);

    private final TaskExecutor stub;
    private final TaskExecutor pty;
    private volatile Choice choice;

    /**
     * What was asked for and what came of it.
     *
     * @param pty whether the pseudo-terminal executor can run, as last found out
     */
    public record Choice(ExecutorType requested, TaskExecutor active, Availability pty) {

        /** Whether a task that is claimed now could be run, as far as is known. */
        public boolean canRun() {
            return active.type() == ExecutorType.STUB || pty instanceof Availability.Available;
        }

        /** The version that the CLI gave, where it answered. */
        public Optional<String> cliVersion() {
            return switch (pty) {
                case Availability.Available(Optional<String> version) -> version;
                case Availability.Unavailable _ -> Optional.empty();
            };
        }

        /** Why the CLI can't run here, if it can't. */
        public Optional<String> whyNoPty() {
            return switch (pty) {
                case Availability.Available _ -> Optional.empty();
                case Availability.Unavailable(String why) -> Optional.of(why);
            };
        }
    }

    public ExecutorStrategy(TaskExecutor stub, TaskExecutor pty, ExecutorType requested) {
        this.stub = stub;
        this.pty = pty;
        this.choice = choose(requested, pty.probe());
        if (requested == ExecutorType.AUTO) {
            choice.whyNoPty().ifPresent(why -> LOG.warnf("tasks run in the stub executor: %s", why));
        }
    }

    public Choice choice() {
        return choice;
    }

    /** Asks the CLI again if it could not run when it was asked last: it may have been installed meanwhile. */
    public void lookAgain() {
        if (!choice.canRun()) {
            lookNow();
        }
    }

    private synchronized void lookNow() {
        choice = new Choice(choice.requested(), choice.active(), pty.probe());
    }

    /** Switches; false, with nothing changed, when the wanted executor can't run here. */
    public synchronized boolean switchTo(ExecutorType wanted) {
        Availability found = pty.probe();
        if (wanted == ExecutorType.PTY && found instanceof Availability.Unavailable) {
            choice = new Choice(choice.requested(), choice.active(), found);
            return false;
        }
        choice = choose(wanted, found);
        return true;
    }

    private Choice choose(ExecutorType wanted, Availability found) {
        TaskExecutor active = switch (wanted) {
            case STUB -> stub;
            // Asked for by name: tasks shall fail with the reason rather than pretend to have run.
            case PTY -> pty;
            case AUTO -> found instanceof Availability.Available ? pty : stub;
        };
        return new Choice(wanted, active, found);
    }
}
