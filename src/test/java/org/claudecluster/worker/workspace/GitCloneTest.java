package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.claudecluster.worker.workspace.WorkerHome.cloning;
import static org.claudecluster.worker.workspace.WorkerHome.processesOf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.workspace.TaskWorkspaces.Prepared;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real clones over https, whole ones and broken ones. */
class GitCloneTest {

    @TempDir
    static Path served;

    @TempDir
    Path home;

    private static GitServer server;

    private WorkerHome worker;

    @BeforeAll
    static void serve() throws IOException {
        server = GitServer.in(served);
    }

    @AfterAll
    static void stopServing() {
        server.close();
    }

    @BeforeEach
    void prepareHome() throws IOException {
        worker = WorkerHome.in(home, git());
    }

    private static Git git() {
        return new Git(server.environment(), Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({"main, main", "v1, v1", "refs/heads/main, main"})
    void a_branch_and_a_tag_are_checked_out_with_their_commit_known(String ref, String commit) throws Exception {
        Task task = cloning(source("", Optional.of(ref), Optional.of(1)));

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(worker.workspaces().start(task)).contains(server.commit(commit));
        assertThat(worker.directory(task).resolve("README.md")).exists();
        assertThat(worker.said()).last().asString().contains(server.commit(commit));
    }

    @Test
    void a_commit_is_checked_out_and_without_a_ref_the_remotes_head() throws Exception {
        Task older = cloning(source("", Optional.of(server.commit("main~1")), Optional.empty()));
        Task head = cloning(source("", Optional.empty(), Optional.empty()));

        assertThat(worker.prepare(older)).isEqualTo(new Prepared.Ready());
        assertThat(worker.prepare(head)).isEqualTo(new Prepared.Ready());

        assertThat(worker.workspaces().start(older)).contains(server.commit("main~1"));
        assertThat(worker.workspaces().start(head)).contains(server.commit("main"));
        assertThat(SampleRepository.git(worker.directory(head), "rev-list", "--count", "HEAD")
                        .strip())
                .isEqualTo("3");
    }

    @Test
    void a_token_opens_a_private_repository_and_is_found_nowhere() throws Exception {
        Task task = cloning(
                new GitSource(server.url("/private"), Optional.of("main"), Optional.of(1), Optional.of("shop")));

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(server.authorization()).startsWith("Basic ");
        String encoded = Base64.getEncoder()
                .encodeToString(("x-access-token:" + GitServer.TOKEN).getBytes(StandardCharsets.UTF_8));
        assertThat(worker.directory(task).resolve(".git/config"))
                .content()
                .contains(server.url("/private"))
                .doesNotContain(GitServer.TOKEN, encoded);
        assertThat(String.join("\n", worker.said())).doesNotContain(GitServer.TOKEN, encoded);
    }

    @Test
    void without_its_token_a_private_repository_fails_at_once() throws Exception {
        Task task =
                cloning(new GitSource(server.url("/private"), Optional.empty(), Optional.empty(), Optional.empty()));

        worker.assertFails(task, "git fetch failed", "could not read Username");
    }

    @Test
    void a_secret_that_is_not_mounted_is_named() throws Exception {
        Task task = cloning(new GitSource(server.url(""), Optional.empty(), Optional.empty(), Optional.of("absent")));

        worker.assertFails(task, "there is no secret absent");
    }

    @Test
    void a_ref_that_does_not_exist_fails_and_leaves_no_directory() throws Exception {
        worker.assertFails(
                cloning(source("", Optional.of("no-such-branch"), Optional.empty())), "couldn't find remote ref");
    }

    @Test
    void a_repository_that_breaks_off_half_way_fails_and_leaves_no_directory() throws Exception {
        worker.assertFails(cloning(source("/cut", Optional.of("main"), Optional.empty())), "git fetch failed");
    }

    @Test
    void a_machine_without_git_says_so() throws Exception {
        worker = WorkerHome.in(home, new Git(Map.of("PATH", "/nowhere"), Optional.empty()));

        worker.assertFails(cloning(source("", Optional.empty(), Optional.empty())), "git is not installed");
    }

    @Test
    void a_stop_ends_the_clone_with_all_its_processes() throws Exception {
        Task task = cloning(source("/silent", Optional.empty(), Optional.empty()));
        CompletableFuture<Prepared> prepared = worker.begin(task);
        await().until(() -> processesOf(task) > 1);

        worker.stop().complete(null);

        assertThat(prepared.get()).isEqualTo(new Prepared.Stopped(false));
        worker.assertNothingIsLeft(task);
    }

    @Test
    void a_clone_lasts_no_longer_than_its_task_may() throws Exception {
        Task task = cloning(source("/silent", Optional.empty(), Optional.empty()));

        assertThat(worker.prepare(task, Duration.ofMillis(500))).isEqualTo(new Prepared.Stopped(true));

        worker.assertNothingIsLeft(task);
    }

    @Test
    void a_disk_that_is_full_is_told_as_such() throws Exception {
        try (SmallDisk small = SmallDisk.in(home)) {
            worker = WorkerHome.in(home, small.root(), git());
            Task task = cloning(source("", Optional.of("main"), Optional.of(1)));

            assertThat(worker.prepare(task))
                    .isInstanceOfSatisfying(
                            Prepared.Failed.class,
                            failed -> assertThat(failed.noSpace()).isTrue());
            worker.assertNothingIsLeft(task);
        }
    }

    @Test
    void what_an_attempt_left_half_cloned_is_cloned_anew() throws Exception {
        Task task = cloning(source("", Optional.of("main"), Optional.of(1)));
        Files.createDirectories(worker.directory(task).resolve(".git"));
        Files.writeString(worker.directory(task).resolve("torn"), "");

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(worker.directory(task).resolve("torn")).doesNotExist();
    }

    @Test
    void the_next_attempt_finds_the_clone_of_the_one_before() throws Exception {
        Task task = cloning(source("", Optional.of("main"), Optional.of(1)));
        worker.prepare(task);
        Files.writeString(worker.directory(task).resolve("half.txt"), "done");
        worker.said().clear();

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(worker.directory(task).resolve("half.txt")).exists();
        assertThat(worker.said()).isEmpty();
    }

    private static GitSource source(String kind, Optional<String> ref, Optional<Integer> depth) {
        return new GitSource(server.url(kind), ref, depth, Optional.empty());
    }
}
