package org.claudecluster.worker.exec;

import java.util.Locale;
import java.util.Optional;

/** The executors that can be asked for; {@link #AUTO} decides for one of the others. */
public enum ExecutorType {
    /** No CLI: prints a few lines, or follows a script in the prompt. */
    STUB,
    /** The CLI in a pseudo-terminal. */
    PTY,
    /** {@link #PTY} where it can run, else {@link #STUB}. */
    AUTO;

    /** Whether what it makes of a task only looks like a run. */
    public boolean isSimulated() {
        return this == STUB;
    }

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type with this wire name. */
    public static Optional<ExecutorType> ofWire(String wire) {
        for (ExecutorType type : values()) {
            if (type.wire().equals(wire)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
