package org.claudecluster.worker.task;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A spec for a test, of which only that is said which the test is about. */
public final class ASpec {

    private final String prompt;
    private Optional<String> wantedWorker = Optional.empty();
    private boolean requireWorker;
    private int priority = TaskSpec.DEFAULT_PRIORITY;
    private Optional<String> metadata = Optional.empty();
    private Map<String, String> labels = Map.of();
    private Duration timeout = Duration.ofMinutes(5);
    private int maxAttempts = 1;
    private Optional<Instant> notBefore = Optional.empty();
    private Optional<String> workingDirectory = Optional.empty();
    private ClaudeOptions claude = ClaudeOptions.NONE;
    private Optional<GitSource> git = Optional.empty();
    private Optional<Continuation> continues = Optional.empty();
    private Retry retry = Retry.DEFAULT;

    private ASpec(String prompt) {
        this.prompt = prompt;
    }

    public static ASpec asking(String prompt) {
        return new ASpec(prompt);
    }

    public TaskSpec build() {
        return new TaskSpec(
                prompt,
                wantedWorker,
                requireWorker,
                priority,
                metadata,
                labels,
                timeout,
                maxAttempts,
                notBefore,
                workingDirectory,
                claude,
                git,
                continues,
                retry);
    }

    public ASpec preferring(String worker) {
        wantedWorker = Optional.of(worker);
        requireWorker = false;
        return this;
    }

    public ASpec requiring(String worker) {
        wantedWorker = Optional.of(worker);
        requireWorker = true;
        return this;
    }

    public ASpec priority(int value) {
        priority = value;
        return this;
    }

    public ASpec metadata(String json) {
        metadata = Optional.of(json);
        return this;
    }

    public ASpec labels(Map<String, String> all) {
        labels = all;
        return this;
    }

    public ASpec timeout(Duration limit) {
        timeout = limit;
        return this;
    }

    public ASpec maxAttempts(int value) {
        maxAttempts = value;
        return this;
    }

    public ASpec notBefore(Instant at) {
        notBefore = Optional.of(at);
        return this;
    }

    public ASpec workingDirectory(String directory) {
        workingDirectory = Optional.of(directory);
        return this;
    }

    public ASpec claude(ClaudeOptions options) {
        claude = options;
        return this;
    }

    public ASpec git(GitSource source) {
        git = Optional.of(source);
        return this;
    }

    public ASpec retry(Retry asked) {
        retry = asked;
        return this;
    }

    public ASpec continuing(Continuation before) {
        continues = Optional.of(before);
        return this;
    }
}
