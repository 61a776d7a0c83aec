package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What was asked.
 *
 * @param prompt 1 character to {@link #MAX_PROMPT_BYTES} of UTF-8; never in a log
 * @param wantedWorker id, name or label of the worker that shall have the first claim
 * @param requireWorker whether the wish is an order: the task then waits for that worker
 * @param priority 1 to 10, 10 is most urgent
 * @param metadata a JSON object, given back as it came
 * @param workingDirectory relative to the workspace root; absent means a directory of the task's own
 */
public record TaskSpec(
        String prompt,
        Optional<String> wantedWorker,
        boolean requireWorker,
        int priority,
        Optional<String> metadata,
        Map<String, String> labels,
        Duration timeout,
        int maxAttempts,
        Optional<Instant> notBefore,
        Optional<String> workingDirectory,
        ClaudeOptions claude) {

    public static final int MAX_PROMPT_BYTES = 256 * 1024;
    public static final int MAX_METADATA_BYTES = 16 * 1024;
    public static final int MIN_PRIORITY = 1;
    public static final int MAX_PRIORITY = 10;
    public static final int DEFAULT_PRIORITY = 5;
    public static final int MAX_ATTEMPTS = 10;
    public static final Duration MIN_TIMEOUT = Duration.ofSeconds(1);
    public static final Duration MAX_TIMEOUT = Duration.ofDays(1);

    public TaskSpec {
        requireNonNull(wantedWorker, "wantedWorker");
        requireNonNull(metadata, "metadata");
        requireNonNull(notBefore, "notBefore");
        requireNonNull(workingDirectory, "workingDirectory");
        requireNonNull(claude, "claude");
        labels = Map.copyOf(labels);
        if (prompt.isBlank()) {
            throw new IllegalArgumentException("prompt must not be blank");
        }
        if (priority < MIN_PRIORITY || priority > MAX_PRIORITY) {
            throw new IllegalArgumentException("priority must be 1 to 10: " + priority);
        }
        if (maxAttempts < 1 || maxAttempts > MAX_ATTEMPTS) {
            throw new IllegalArgumentException("maxAttempts must be 1 to 10: " + maxAttempts);
        }
        if (timeout.compareTo(MIN_TIMEOUT) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout must be 1 s to 24 h: " + timeout);
        }
        if (requireWorker && wantedWorker.isEmpty()) {
            throw new IllegalArgumentException("requireWorker needs a workerId");
        }
    }

    /** Without the prompt: this may reach a log. */
    @Override
    public String toString() {
        return "TaskSpec[priority=" + priority + ", timeout=" + timeout + ", maxAttempts=" + maxAttempts + "]";
    }
}
