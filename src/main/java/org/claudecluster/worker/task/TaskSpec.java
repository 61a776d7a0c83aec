package org.claudecluster.worker.task;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The specification of a task, as it was asked for.
 *
 * @param prompt 1 character to {@link #MAX_PROMPT_BYTES} of UTF-8; never in a log
 * @param wantedWorker id, name or label of the worker that shall have the first claim
 * @param requireWorker whether the wish is an order: the task then waits for that worker
 * @param priority 1 to 10, 10 is most urgent
 * @param metadata a JSON object, given back as it came
 * @param labels at most 64, names of 1 to 63 characters, values of at most 255
 * @param timeout 1 s to 24 h, to the millisecond
 * @param notBefore to the millisecond
 * @param workingDirectory 1 to 1000 characters, relative to the workspace root; absent means a directory of the task's own
 * @param git what that directory begins with; absent means nothing
 * @param continues the task whose session and directory it goes on with
 * @param retry after which ends an attempt that is left is made
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
        ClaudeOptions claude,
        Optional<GitSource> git,
        Optional<Continuation> continues,
        Retry retry) {

    public static final int MAX_PROMPT_BYTES = 256 * 1024;
    public static final int MAX_METADATA_BYTES = 16 * 1024;
    public static final int MAX_LABELS = 64;
    public static final int MAX_LABEL_NAME = 63;
    public static final int MAX_LABEL_VALUE = 255;
    public static final int MAX_WORKING_DIRECTORY = 1_000;
    public static final int MIN_PRIORITY = 1;
    public static final int MAX_PRIORITY = 10;
    public static final int DEFAULT_PRIORITY = 5;
    public static final int MAX_ATTEMPTS = 10;
    public static final Duration MIN_TIMEOUT = Duration.ofSeconds(1);
    public static final Duration MAX_TIMEOUT = Duration.ofDays(1);
    private static final Instant NEVER = Instant.parse("+10000-01-01T00:00:00Z");

    public TaskSpec {
        requireNonNull(wantedWorker, "wantedWorker");
        requireNonNull(metadata, "metadata");
        requireNonNull(workingDirectory, "workingDirectory");
        requireNonNull(claude, "claude");
        requireNonNull(git, "git");
        requireNonNull(continues, "continues");
        requireNonNull(retry, "retry");
        labels = Map.copyOf(labels);
        notBefore = notBefore.map(at -> at.truncatedTo(ChronoUnit.MILLIS));
        timeout = timeout.truncatedTo(ChronoUnit.MILLIS);
        if (prompt.isBlank()) {
            throw new IllegalArgumentException("prompt must not be blank");
        }
        checkText("prompt", prompt, MAX_PROMPT_BYTES);
        metadata.ifPresent(json -> checkText("metadata", json, MAX_METADATA_BYTES));
        wantedWorker.ifPresent(WorkerId::new);
        if (labels.size() > MAX_LABELS) {
            throw new IllegalArgumentException("labels must be at most " + MAX_LABELS);
        }
        labels.forEach(TaskSpec::checkLabel);
        workingDirectory
                .filter(path -> path.isEmpty() || path.length() > MAX_WORKING_DIRECTORY)
                .ifPresent(path -> {
                    throw new IllegalArgumentException("workingDirectory must have 1 to " + MAX_WORKING_DIRECTORY
                            + " characters: " + path.length());
                });
        if (notBefore.filter(at -> !at.isBefore(NEVER)).isPresent()) {
            throw new IllegalArgumentException("notBefore must be before the year 10000: " + notBefore.get());
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
        if (git.isPresent() && workingDirectory.isPresent()) {
            throw new IllegalArgumentException("a clone gets a directory of its own, not workingDirectory");
        }
    }

    /** The same in the session and the directory of an earlier task, whose data directory only {@code home} reaches. */
    public TaskSpec following(Task earlier, UUID session, String home) {
        TaskId workspace = earlier.workspace();
        return new TaskSpec(
                prompt,
                Optional.of(home),
                true,
                priority,
                metadata,
                labels,
                timeout,
                maxAttempts,
                notBefore,
                earlier.spec().workingDirectory(),
                claude.resuming(session),
                earlier.spec().git(),
                Optional.of(new Continuation(earlier.id(), workspace)),
                retry);
    }

    private static void checkText(String name, String text, int maxBytes) {
        // No database text can hold it, and no CLI expects it.
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(name + " must not contain U+0000");
        }
        // One char is at most three bytes: a short text need not be counted.
        if (text.length() > maxBytes / 3 && text.getBytes(UTF_8).length > maxBytes) {
            throw new IllegalArgumentException(name + " must have at most " + maxBytes + " bytes of UTF-8");
        }
    }

    private static void checkLabel(String name, String content) {
        if (name.isBlank() || name.length() > MAX_LABEL_NAME || content.length() > MAX_LABEL_VALUE) {
            throw new IllegalArgumentException("a label has a name of 1 to " + MAX_LABEL_NAME
                    + " characters and a value of at most " + MAX_LABEL_VALUE);
        }
        if ((name + content).indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a label must not contain U+0000");
        }
    }

    /** Without the prompt: this may reach a log. */
    @Override
    public String toString() {
        return "TaskSpec[priority=" + priority + ", timeout=" + timeout + ", maxAttempts=" + maxAttempts + "]";
    }
}
