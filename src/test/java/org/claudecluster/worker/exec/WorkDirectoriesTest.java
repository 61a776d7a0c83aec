package org.claudecluster.worker.exec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.files.FileTrees;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the locks that a git which was killed has left. */
class WorkDirectoriesTest {

    @TempDir
    Path directory;

    private final WorkDirectories directories = new WorkDirectories(InstantSource.system());
    private Path work;
    private Path ours;

    @BeforeEach
    void make() throws IOException {
        work = Files.createDirectories(directory.resolve("root/work"));
        ours = Files.createDirectories(directory.resolve("ours"));
        Files.createDirectories(work.resolve(".git/refs/heads"));
        Files.writeString(work.resolve(".git/HEAD"), "ref: refs/heads/main\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".git/index.lock",
                ".git/HEAD.lock",
                ".git/config.lock",
                ".git/packed-refs.lock",
                ".git/shallow.lock",
                ".git/refs/heads/main.lock",
                ".git/refs/heads/logs/x.lock",
                ".git/refs/stash.lock",
                ".git/objects/info/commit-graphs/commit-graph-chain.lock",
                ".git/objects/maintenance.lock",
                ".git/worktrees/one/index.lock",
                ".git/modules/lib/with/slash/index.lock",
                ".git/modules/lib/modules/inner/HEAD.lock",
                "checkout/.git/index.lock"
            })
    void a_retry_and_a_follow_up_find_none_of_them(String lock) throws IOException {
        make(lock);
        assertThat(enter(again()).removeStaleLocks(ours)).containsExactly(lock);
        assertThat(work.resolve(lock)).doesNotExist();
    }

    @Test
    void a_follow_up_counts_as_going_on_and_nothing_else_of_the_repository_is_touched() throws IOException {
        make(".git/index.lock", ".git/index", ".git/refs/heads/main", "yarn.lock", "Cargo.lock");
        Task next = task(ASpec.asking("x").continuing(new Continuation(id(), id())), 1);

        assertThat(enter(next).removeStaleLocks(ours)).containsExactly(".git/index.lock");

        assertThat(work.resolve("yarn.lock")).exists();
        assertThat(work.resolve("Cargo.lock")).exists();
        assertThat(work.resolve(".git/index")).exists();
        assertThat(work.resolve(".git/refs/heads/main")).exists();
    }

    @Test
    void hooks_logs_and_objects_are_left_alone() throws IOException {
        make(".git/hooks/mine.lock", ".git/logs/HEAD.lock", ".git/objects/ab/0123.lock", ".git/lfs/tmp/x.lock");
        assertThat(enter(again()).removeStaleLocks(ours)).isEmpty();
    }

    @Test
    void no_link_is_followed_out_of_the_directory() throws IOException {
        Path outside = Files.createDirectories(directory.resolve("outside/.git"));
        Path victim = Files.writeString(outside.resolve("index.lock"), "");
        Files.createSymbolicLink(work.resolve(".git/modules"), outside);
        Files.createSymbolicLink(work.resolve(".git/config.lock"), victim);
        Files.createSymbolicLink(work.resolve("linked"), directory.resolve("outside"));

        assertThat(enter(again()).removeStaleLocks(ours)).isEmpty();

        assertThat(victim).exists();
    }

    @Test
    void nor_what_a_file_in_the_place_of_the_repository_names() throws IOException {
        Path outside = Files.createDirectories(directory.resolve("outside"));
        Path victim = Files.writeString(outside.resolve("index.lock"), "");
        FileTrees.delete(work.resolve(".git"));
        Files.writeString(work.resolve(".git"), "gitdir: " + outside + "\n");

        assertThat(enter(again()).removeStaleLocks(ours)).isEmpty();

        FileTrees.delete(work.resolve(".git"));
        Files.createSymbolicLink(work.resolve(".git"), outside);
        assertThat(enter(again()).removeStaleLocks(ours)).isEmpty();
        assertThat(victim).exists();
    }

    @Test
    void what_is_no_plain_file_is_no_lock() throws IOException {
        Files.createDirectories(work.resolve(".git/index.lock"));
        assertThat(enter(again()).removeStaleLocks(ours)).isEmpty();
    }

    @Test
    void while_another_task_works_there_its_locks_are_not_touched() throws IOException {
        make(".git/index.lock");
        WorkDirectories.Use other = enter(shared(1));

        assertThat(enter(shared(2)).removeStaleLocks(ours)).isEmpty();

        assertThat(work.resolve(".git/index.lock")).exists();
        other.close();
    }

    @Test
    void nor_while_one_works_above_or_below() throws IOException {
        make(".git/index.lock");
        try (WorkDirectories.Use _ = directories.enter(shared(1), requireNonNull(work.getParent()))) {
            assertThat(enter(shared(2)).removeStaleLocks(ours)).isEmpty();
        }
        Path below = Files.createDirectories(work.resolve("src"));
        try (WorkDirectories.Use _ = directories.enter(shared(1), below)) {
            assertThat(enter(shared(2)).removeStaleLocks(ours)).isEmpty();
        }
    }

    @Test
    void a_process_that_works_there_still_keeps_its_locks() throws Exception {
        make(".git/index.lock");
        Process left =
                new ProcessBuilder("sleep", "60").directory(work.toFile()).start();
        try (WorkDirectories.Use use = enter(again())) {
            assertThat(use.removeStaleLocks(ours)).isEmpty();
        } finally {
            left.destroyForcibly().waitFor();
        }
        assertThat(enter(again()).removeStaleLocks(ours)).containsExactly(".git/index.lock");
    }

    @Test
    void a_first_attempt_leaves_the_locks_of_a_directory_that_it_knows_nothing_of() throws IOException {
        make(".git/index.lock");
        assertThat(enter(shared(1)).removeStaleLocks(ours)).isEmpty();
    }

    @Test
    void of_a_directory_that_is_shared_a_later_task_removes_what_an_ended_run_has_left() throws IOException {
        try (WorkDirectories.Use _ = enter(shared(1))) {
            make(".git/index.lock");
        }
        try (WorkDirectories.Use next = enter(shared(1))) {
            assertThat(next.removeStaleLocks(ours)).containsExactly(".git/index.lock");
        }
        assertThat(work.resolve(".git/index.lock")).doesNotExist();
    }

    private void make(String... files) throws IOException {
        for (String file : files) {
            Files.createDirectories(work.resolve(file).getParent());
            Files.writeString(work.resolve(file), "");
        }
    }

    private WorkDirectories.Use enter(Task task) throws IOException {
        return directories.enter(task, work);
    }

    private static Task again() {
        return task(ASpec.asking("x").maxAttempts(3), 2);
    }

    private static Task shared(int claims) {
        return task(ASpec.asking("x").workingDirectory("work").maxAttempts(3), claims);
    }

    private static TaskId id() {
        return TaskId.create(Instant.EPOCH);
    }

    private static Task task(ASpec spec, int claims) {
        Claimant claimant = new Claimant(
                new WorkerId("me"),
                Set.of("me"),
                "pty",
                Optional.empty(),
                Sessions.NONE,
                Optional.empty(),
                Duration.ofMinutes(1),
                Duration.ZERO);
        Task task = Task.enqueued(id(), Submitter.UNKNOWN, spec.build(), Instant.EPOCH);
        for (int claim : List.of(1, 2).subList(0, claims)) {
            task = task.claimed(claimant, Instant.EPOCH.plusSeconds(claim));
        }
        return task;
    }
}
