package org.claudecluster.worker.exec;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an executor, as it stands on the wire, in the store and in metrics. Each executor says its own; nothing
 * lists them all.
 */
public record ExecutorType(String wire) {

    /** As many characters as the store has room for. */
    private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]{1,9}");

    /** No CLI: prints a few lines, or follows a script in the prompt. */
    public static final ExecutorType STUB = new ExecutorType("stub");

    /** The CLI in a pseudo-terminal. */
    public static final ExecutorType PTY = new ExecutorType("pty");

    /** No executor but the wish for {@link #PTY} where it can run, else {@link #STUB}. */
    public static final ExecutorType AUTO = new ExecutorType("auto");

    public ExecutorType {
        if (!FORM.matcher(wire).matches()) {
            throw new IllegalArgumentException("no name of an executor: " + wire);
        }
    }

    /**
     * Whether what it makes of a task only looks like a run: that needs no credential, and leaves neither session nor
     * workspace. By the name alone, since another worker may have run the task.
     */
    public boolean isSimulated() {
        return equals(STUB);
    }

    /** Whether an executor is asked for that has to be able to run; the others always find a way. */
    boolean isDemanding() {
        return !equals(AUTO) && !isSimulated();
    }

    /** The type with this wire name; empty for what can't be one. */
    public static Optional<ExecutorType> ofWire(String wire) {
        return FORM.matcher(wire).matches() ? Optional.of(new ExecutorType(wire)) : Optional.empty();
    }

    /** Whether a task with this name of an executor, if it has one, ran a program. */
    public static boolean ranAProgram(Optional<String> wire) {
        return wire.flatMap(ExecutorType::ofWire)
                .filter(type -> !type.isSimulated())
                .isPresent();
    }

    @Override
    public String toString() {
        return wire;
    }
}
