package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.claudecluster.worker.e2e.Machine;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.workspace.TaskWorkspaces.Prepared;

/**
 * A worker's data directory with its workspaces, and tasks that get theirs in it.
 *
 * @param said what the tasks' transcripts got
 * @param stop ends what is being prepared
 */
record WorkerHome(Path root, Path base, TaskWorkspaces workspaces, List<String> said, CompletableFuture<Void> stop) {

    static final String ID = "home-1";
    static final Duration LONG = Duration.ofSeconds(60);

    private static final String MARKER = "CLAUDECLUSTER_TASK";

    static WorkerHome in(Path base, Git git) throws IOException {
        return in(base, base.resolve("workspace"), git);
    }

    /** On a disk that may fail. */
    static WorkerHome in(Path base, Git git, Disk disk) throws IOException {
        return in(base, base.resolve("workspace"), git, disk);
    }

    /** With the directory below which tasks work. */
    static WorkerHome in(Path base, Path root, Git git) throws IOException {
        return in(base, root, git, Disk.REAL);
    }

    private static WorkerHome in(Path base, Path root, Git git, Disk disk) throws IOException {
        Files.createDirectories(base.resolve("tmp"));
        Path secrets = Files.createDirectories(base.resolve("secrets"));
        Files.writeString(secrets.resolve("shop"), GitServer.TOKEN + "\n");
        TaskWorkspaces workspaces = new TaskWorkspaces(ID, root, base.resolve("state"), git, secrets, disk);
        return new WorkerHome(root, base, workspaces, new CopyOnWriteArrayList<>(), new CompletableFuture<>());
    }

    Prepared prepare(Task task) throws IOException, InterruptedException {
        return prepare(task, LONG);
    }

    Prepared prepare(Task task, Duration limit) throws IOException, InterruptedException {
        Standing before = workspaces.standing(task);
        boolean isMade = !Files.exists(directory(task));
        Path directory = Files.createDirectories(directory(task));
        return workspaces.prepare(
                task,
                new TaskWorkspaces.Place(directory, before, isMade),
                new TaskWorkspaces.Conditions(
                        base.resolve("tmp"), MARKER, task.id().toString(), said::add, stop, limit));
    }

    CompletableFuture<Prepared> begin(Task task) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return prepare(task);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Fails with these words, and leaves neither directory nor process. */
    void assertFails(Task task, String... words) throws IOException, InterruptedException {
        assertThat(prepare(task))
                .isInstanceOfSatisfying(
                        Prepared.Failed.class,
                        failed -> assertThat(failed.why()).contains(words));
        assertNothingIsLeft(task);
    }

    void assertNothingIsLeft(Task task) {
        assertThat(processesOf(task)).isZero();
        assertThat(directory(task)).doesNotExist();
    }

    Path directory(Task task) {
        return root.resolve(task.workspace().toString());
    }

    static long processesOf(Task task) {
        return Machine.processesOf(List.of(task.id().toString())).size();
    }

    static Task cloning(GitSource source) {
        return claimed(ASpec.asking("work").git(source));
    }

    static Task claimed(ASpec spec) {
        return claimed(spec, "pty");
    }

    static Task claimed(ASpec spec, String executor) {
        Claimant claimant = new Claimant(
                new WorkerId("me"),
                Set.of("me"),
                executor,
                Optional.empty(),
                Sessions.NONE,
                Optional.of(ID),
                LONG,
                LONG);
        return Task.enqueued(TaskId.create(Instant.EPOCH), Submitter.UNKNOWN, spec.build(), Instant.EPOCH)
                .claimed(claimant, Instant.EPOCH);
    }
}
