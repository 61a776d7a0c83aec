package org.claudecluster.worker.task;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A spec for a test, of which only that is said which the test is about. */
public record ASpec(TaskSpec build) {

    public static ASpec asking(String prompt) {
        return new ASpec(new TaskSpec(
                prompt,
                Optional.empty(),
                false,
                TaskSpec.DEFAULT_PRIORITY,
                Optional.empty(),
                Map.of(),
                Duration.ofMinutes(5),
                1,
                Optional.empty(),
                Optional.empty(),
                ClaudeOptions.NONE));
    }

    public ASpec priority(int priority) {
        return with(build.wantedWorker(), build.requireWorker(), priority, build.maxAttempts(), build.notBefore());
    }

    public ASpec maxAttempts(int maxAttempts) {
        return with(build.wantedWorker(), build.requireWorker(), build.priority(), maxAttempts, build.notBefore());
    }

    public ASpec notBefore(Instant at) {
        return with(
                build.wantedWorker(), build.requireWorker(), build.priority(), build.maxAttempts(), Optional.of(at));
    }

    public ASpec preferring(String worker) {
        return with(Optional.of(worker), false, build.priority(), build.maxAttempts(), build.notBefore());
    }

    public ASpec requiring(String worker) {
        return with(Optional.of(worker), true, build.priority(), build.maxAttempts(), build.notBefore());
    }

    public ASpec labels(Map<String, String> labels) {
        return carrying(build.metadata(), labels, build.timeout(), build.workingDirectory(), build.claude());
    }

    public ASpec metadata(String json) {
        return carrying(Optional.of(json), build.labels(), build.timeout(), build.workingDirectory(), build.claude());
    }

    public ASpec timeout(Duration timeout) {
        return carrying(build.metadata(), build.labels(), timeout, build.workingDirectory(), build.claude());
    }

    public ASpec workingDirectory(String directory) {
        return carrying(build.metadata(), build.labels(), build.timeout(), Optional.of(directory), build.claude());
    }

    public ASpec claude(ClaudeOptions options) {
        return carrying(build.metadata(), build.labels(), build.timeout(), build.workingDirectory(), options);
    }

    private ASpec with(
            Optional<String> wantedWorker, boolean requireWorker, int priority, int attempts, Optional<Instant> at) {
        return new ASpec(new TaskSpec(
                build.prompt(),
                wantedWorker,
                requireWorker,
                priority,
                build.metadata(),
                build.labels(),
                build.timeout(),
                attempts,
                at,
                build.workingDirectory(),
                build.claude(),
                build.git(),
                build.continues()));
    }

    private ASpec carrying(
            Optional<String> metadata,
            Map<String, String> labels,
            Duration timeout,
            Optional<String> directory,
            ClaudeOptions claude) {
        return new ASpec(new TaskSpec(
                build.prompt(),
                build.wantedWorker(),
                build.requireWorker(),
                build.priority(),
                metadata,
                labels,
                timeout,
                build.maxAttempts(),
                build.notBefore(),
                directory,
                claude,
                build.git(),
                build.continues()));
    }

    public ASpec git(GitSource source) {
        return ending(Optional.of(source), build.continues());
    }

    public ASpec continuing(Continuation before) {
        return ending(build.git(), Optional.of(before));
    }

    private ASpec ending(Optional<GitSource> git, Optional<Continuation> continues) {
        return new ASpec(new TaskSpec(
                build.prompt(),
                build.wantedWorker(),
                build.requireWorker(),
                build.priority(),
                build.metadata(),
                build.labels(),
                build.timeout(),
                build.maxAttempts(),
                build.notBefore(),
                build.workingDirectory(),
                build.claude(),
                git,
                continues));
    }
}
