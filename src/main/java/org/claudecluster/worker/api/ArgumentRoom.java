package org.claudecluster.worker.api;

import java.util.Optional;
import org.claudecluster.worker.task.ClaudeOptions;

/**
 * The room for the texts of a task that become arguments, on the worker that will run it.
 *
 * @param bytes of UTF-8, all texts together
 */
public record ArgumentRoom(long bytes) {

    /** Where another worker may run the task, which knows its own room. */
    public static final ArgumentRoom UNKNOWN = new ArgumentRoom(Long.MAX_VALUE);

    /** Returns what is wrong with the texts together, if anything. */
    Optional<String> problem(ClaudeOptions options) {
        long taken = options.textBytes();
        return taken <= bytes
                ? Optional.empty()
                : Optional.of(
                        "its texts must have at most %d bytes of UTF-8 together, which is what this worker's ulimit -s leaves, have %d: shorten them"
                                .formatted(bytes, taken));
    }
}
