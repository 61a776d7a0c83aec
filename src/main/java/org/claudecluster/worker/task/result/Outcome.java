package org.claudecluster.worker.task.result;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/** The one accepted end of a task. */
public sealed interface Outcome {

    /** How the program ended. */
    Ending ending();

    /** The final status that this outcome means. */
    TaskStatus status();

    /** Why; empty for a plain success. */
    Optional<Reason> reason();

    /** A sentence for people, at most {@link #MAX_MESSAGE} characters; empty where there is nothing to be said. */
    Optional<String> message();

    int MAX_MESSAGE = 2_000;

    private static String bounded(String text) {
        return TextLimits.start(Storable.text(text), MAX_MESSAGE);
    }

    /**
     * The work was done. A {@code note} (such as {@link Reason#LINGERING}) says what was odd about the end, a
     * {@code remark} tells people what else is worth a look.
     */
    record Completed(Ending ending, Optional<Reason> note, Optional<String> remark) implements Outcome {
        public Completed {
            requireNonNull(ending, "ending");
            requireNonNull(note, "note");
            remark = remark.map(Outcome::bounded);
        }

        /** With nothing to remark. */
        public Completed(Ending ending, Optional<Reason> note) {
            this(ending, note, Optional.empty());
        }

        @Override
        public TaskStatus status() {
            return TaskStatus.COMPLETED;
        }

        @Override
        public Optional<Reason> reason() {
            return note;
        }

        @Override
        public Optional<String> message() {
            return remark;
        }
    }

    /** The work was not done, and {@code why} says it in a sentence for people. */
    record Failed(Reason cause, String why, Ending ending) implements Outcome {
        public Failed {
            requireNonNull(cause, "cause");
            requireNonNull(ending, "ending");
            why = bounded(why);
        }

        @Override
        public TaskStatus status() {
            return TaskStatus.FAILED;
        }

        @Override
        public Optional<Reason> reason() {
            return Optional.of(cause);
        }

        @Override
        public Optional<String> message() {
            return Optional.of(why);
        }
    }

    /** Somebody asked for the end before the work was done; {@code cause} tells how. */
    record Cancelled(Ending ending, Reason cause) implements Outcome {
        public Cancelled {
            requireNonNull(ending, "ending");
            if (cause != Reason.CANCELLED && cause != Reason.INTERRUPTED) {
                throw new IllegalArgumentException("no cause of a cancel: " + cause);
            }
        }

        /** By a plain cancel. */
        public Cancelled(Ending ending) {
            this(ending, Reason.CANCELLED);
        }

        @Override
        public TaskStatus status() {
            return TaskStatus.CANCELLED;
        }

        @Override
        public Optional<Reason> reason() {
            return Optional.of(cause);
        }

        @Override
        public Optional<String> message() {
            return Optional.empty();
        }
    }
}
