package org.claudecluster.worker.task.store;

import java.util.Locale;
import java.util.Optional;

/** The parts of a task that may be too long for a list, where their starts stand for them. */
public enum TaskPart {
    PROMPT,
    RESULT;

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The part with this wire name. */
    public static Optional<TaskPart> ofWire(String wire) {
        for (TaskPart part : values()) {
            if (part.wire().equals(wire)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }
}
