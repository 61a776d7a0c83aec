package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.claudecluster.worker.e2e.Machine;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.workspace.TaskWorkspaces.Found;
import org.claudecluster.worker.workspace.TaskWorkspaces.Prepared;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real clones over https, whole ones and broken ones. */
class TaskWorkspacesTest {

    private static final String MARKER = "CLAUDECLUSTER_TASK";
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    static Path served;

    @TempDir
    Path home;

    private static GitServer server;

    private final List<String> said = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private TaskWorkspaces workspaces;

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
        Files.createDirectories(home.resolve("tmp"));
        Files.writeString(Files.createDirectories(home.resolve("secrets")).resolve("shop"), GitServer.TOKEN + "\n");
        workspaces = in(home.resolve("workspace"), server.environment());
    }

    private TaskWorkspaces in(Path root, Map<String, String> environment) {
        return new TaskWorkspaces("home-1", root, home.resolve("state"), new Git(environment), home.resolve("secrets"));
    }

    @ParameterizedTest
    @CsvSource({"main, main", "v1, v1", "refs/heads/main, main"})
    void a_branch_and_a_tag_are_checked_out_with_their_commit_known(String ref, String commit) throws Exception {
        Task task = task(source("", Optional.of(ref), Optional.of(1)));

        assertThat(prepare(task, LONG)).isEqualTo(new Prepared.Ready());

        assertThat(workspaces.start(task)).contains(server.commit(commit));
        assertThat(directory(task).resolve("README.md")).exists();
        assertThat(said).last().asString().contains(server.commit(commit));
    }

    @Test
    void a_commit_is_checked_out_and_without_a_ref_the_remotes_head() throws Exception {
        Task older = task(source("", Optional.of(server.commit("main~1")), Optional.empty()));
        Task head = task(source("", Optional.empty(), Optional.empty()));

        assertThat(prepare(older, LONG)).isEqualTo(new Prepared.Ready());
        assertThat(prepare(head, LONG)).isEqualTo(new Prepared.Ready());

        assertThat(workspaces.start(older)).contains(server.commit("main~1"));
        assertThat(workspaces.start(head)).contains(server.commit("main"));
        assertThat(GitServer.git(directory(head), "rev-list", "--count", "HEAD").strip())
                .isEqualTo("3");
    }

    @Test
    void a_token_opens_a_private_repository_and_is_found_nowhere() throws Exception {
        Task task =
                task(new GitSource(server.url("/private"), Optional.of("main"), Optional.of(1), Optional.of("shop")));

        assertThat(prepare(task, LONG)).isEqualTo(new Prepared.Ready());

        assertThat(server.authorization()).startsWith("Basic ");
        String encoded = Base64.getEncoder()
                .encodeToString(("x-access-token:" + GitServer.TOKEN).getBytes(StandardCharsets.UTF_8));
        assertThat(directory(task).resolve(".git/config"))
                .content()
                .contains(server.url("/private"))
                .doesNotContain(GitServer.TOKEN, encoded);
        assertThat(String.join("\n", said)).doesNotContain(GitServer.TOKEN, encoded);
    }

    @Test
    void without_its_token_a_private_repository_fails_at_once() throws Exception {
        Task task = task(new GitSource(server.url("/private"), Optional.empty(), Optional.empty(), Optional.empty()));

        assertFailed(task, "git fetch failed", "could not read Username");
    }

    @Test
    void a_secret_that_is_not_mounted_is_named() throws Exception {
        Task task = task(new GitSource(server.url(""), Optional.empty(), Optional.empty(), Optional.of("absent")));

        assertFailed(task, "there is no secret absent");
    }

    @Test
    void a_ref_that_does_not_exist_fails_and_leaves_no_directory() throws Exception {
        assertFailed(task(source("", Optional.of("no-such-branch"), Optional.empty())), "couldn't find remote ref");
    }

    @Test
    void a_repository_that_breaks_off_half_way_fails_and_leaves_no_directory() throws Exception {
        assertFailed(task(source("/cut", Optional.of("main"), Optional.empty())), "git fetch failed");
    }

    @Test
    void a_machine_without_git_says_so() throws Exception {
        workspaces = in(home.resolve("workspace"), Map.of("PATH", "/nowhere"));

        assertFailed(task(source("", Optional.empty(), Optional.empty())), "git is not installed");
    }

    @Test
    void a_stop_ends_the_clone_with_all_its_processes() throws Exception {
        Task task = task(source("/silent", Optional.empty(), Optional.empty()));
        CompletableFuture<Prepared> prepared = CompletableFuture.supplyAsync(() -> prepared(task, LONG));
        await().until(() -> processesOf(task) > 1);

        stop.complete(null);

        assertThat(prepared.get()).isEqualTo(new Prepared.Stopped(false));
        assertThat(processesOf(task)).isZero();
        assertThat(directory(task)).doesNotExist();
    }

    @Test
    void a_clone_lasts_no_longer_than_its_task_may() throws Exception {
        Task task = task(source("/silent", Optional.empty(), Optional.empty()));

        assertThat(prepare(task, Duration.ofMillis(500))).isEqualTo(new Prepared.Stopped(true));

        assertThat(processesOf(task)).isZero();
        assertThat(directory(task)).doesNotExist();
    }

    @Test
    void a_disk_that_is_full_is_told_as_such() throws Exception {
        try (SmallDisk small = SmallDisk.in(home)) {
            workspaces = in(small.root(), server.environment());
            Task task = task(source("", Optional.of("main"), Optional.of(1)));
            Path directory =
                    Files.createDirectories(small.root().resolve(task.id().toString()));

            Prepared prepared = workspaces.prepare(task, directory, conditions(task, LONG));

            assertThat(prepared)
                    .isInstanceOfSatisfying(
                            Prepared.Failed.class,
                            failed -> assertThat(failed.noSpace()).isTrue());
            assertThat(directory).doesNotExist();
        }
    }

    @Test
    void the_next_attempt_finds_the_clone_of_the_one_before() throws Exception {
        Task task = task(source("", Optional.of("main"), Optional.of(1)));
        prepare(task, LONG);
        Files.writeString(directory(task).resolve("half.txt"), "done");
        said.clear();

        assertThat(prepare(task, LONG)).isEqualTo(new Prepared.Ready());

        assertThat(directory(task).resolve("half.txt")).exists();
        assertThat(said).isEmpty();
    }

    @Test
    void what_an_attempt_left_half_cloned_is_cloned_anew() throws Exception {
        Task task = task(source("", Optional.of("main"), Optional.of(1)));
        Files.createDirectories(directory(task).resolve(".git"));
        Files.writeString(directory(task).resolve("torn"), "");

        assertThat(prepare(task, LONG)).isEqualTo(new Prepared.Ready());

        assertThat(directory(task).resolve("torn")).doesNotExist();
    }

    @Test
    void the_diff_has_all_that_changed_and_runs_nothing_of_the_agents() throws Exception {
        Task task = task(source("", Optional.of("main"), Optional.of(1)));
        prepare(task, LONG);
        Path work = directory(task);
        Path trap =
                Files.writeString(work.resolve("trap.sh"), "#!/bin/sh\ntouch " + home.resolve("sprung") + "\ncat\n");
        assertThat(trap.toFile().setExecutable(true)).isTrue();
        GitServer.git(work, "config", "core.fsmonitor", trap.toString());
        GitServer.git(work, "config", "filter.t.clean", trap.toString());
        GitServer.git(work, "config", "diff.t.textconv", trap.toString());
        GitServer.git(work, "config", "diff.external", trap.toString());
        Files.writeString(work.resolve(".gitattributes"), "* filter=t diff=t\n");
        Files.writeString(work.resolve("README.md"), "three\n");
        Files.write(work.resolve("logo.bin"), new byte[] {0, 9, 9});
        Files.write(work.resolve("new ö.bin"), new byte[] {0, 7});
        Files.delete(work.resolve("large.bin"));
        Files.createSymbolicLink(work.resolve("link"), Path.of("/etc/passwd"));
        GitServer.git(work, "init", "-q", "nested");

        String patch = diff(task);

        assertThat(home.resolve("sprung")).doesNotExist();
        assertThat(patch).doesNotContain("root:", "nested");
        Path fresh = home.resolve("fresh");
        GitServer.git(home, "clone", "-q", served.resolve("shop.git").toString(), fresh.toString());
        Files.writeString(home.resolve("patch"), patch, StandardCharsets.ISO_8859_1);
        GitServer.git(fresh, "apply", home.resolve("patch").toString());
        assertThat(fresh.resolve("README.md")).hasContent("three");
        assertThat(fresh.resolve("logo.bin")).hasBinaryContent(new byte[] {0, 9, 9});
        assertThat(fresh.resolve("new ö.bin")).hasBinaryContent(new byte[] {0, 7});
        assertThat(fresh.resolve("large.bin")).doesNotExist();
    }

    @Test
    void the_diff_outlives_the_agents_git_directory() throws Exception {
        Task task = task(source("", Optional.of("main"), Optional.of(1)));
        prepare(task, LONG);
        Files.writeString(directory(task).resolve("README.md"), "three\n");
        FileTrees.delete(directory(task).resolve(".git"));

        assertThat(diff(task)).contains("+three");
    }

    @Test
    void a_removed_workspace_is_gone_and_can_not_be_continued() throws Exception {
        Task task = task(source("", Optional.of("main"), Optional.of(1)));
        prepare(task, LONG);
        assertThat(workspaces.known()).containsEntry(task.id(), task.id());

        assertThat(workspaces.remove(task.id())).isTrue();

        assertThat(workspaces.find(task)).isEqualTo(new Found.Gone());
        Task next = claimed(ASpec.asking("go on").continuing(new Continuation(task.id(), task.id())));
        assertThat(workspaces.prepare(next, directory(task), conditions(next, LONG)))
                .isInstanceOfSatisfying(
                        Prepared.Failed.class,
                        failed -> assertThat(failed.why()).contains("is gone"));
        workspaces.forget(task.id());
        assertThat(workspaces.known()).isEmpty();
    }

    @Test
    void another_data_directorys_workspace_is_elsewhere_and_a_stub_has_none() {
        TaskWorkspaces other =
                new TaskWorkspaces("home-2", home, home.resolve("state"), new Git(Map.of()), home.resolve("secrets"));
        Task task = claimed(ASpec.asking("x"));

        assertThat(other.find(task)).isEqualTo(new Found.Elsewhere("home-1"));
        assertThat(workspaces.find(task)).isEqualTo(new Found.Empty());
        assertThat(workspaces.find(claimed(ASpec.asking("x"), "stub"))).isEqualTo(new Found.None());
    }

    private void assertFailed(Task task, String... words) throws Exception {
        assertThat(prepare(task, LONG))
                .isInstanceOfSatisfying(
                        Prepared.Failed.class,
                        failed -> assertThat(failed.why()).contains(words));
        assertThat(directory(task)).doesNotExist();
        assertThat(processesOf(task)).isZero();
    }

    private Prepared prepare(Task task, Duration limit) throws IOException, InterruptedException {
        return workspaces.prepare(task, Files.createDirectories(directory(task)), conditions(task, limit));
    }

    private Prepared prepared(Task task, Duration limit) {
        try {
            return prepare(task, limit);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private TaskWorkspaces.Conditions conditions(Task task, Duration limit) {
        return new TaskWorkspaces.Conditions(
                home.resolve("tmp"), MARKER, task.id().toString(), said::add, stop, limit);
    }

    private String diff(Task task) throws IOException {
        ByteArrayOutputStream patch = new ByteArrayOutputStream();
        assertThat(workspaces.find(task)).isInstanceOf(Found.Here.class);
        ((Found.Here) workspaces.find(task)).changes().orElseThrow().write(patch);
        return patch.toString(StandardCharsets.ISO_8859_1);
    }

    private Path directory(Task task) {
        return home.resolve("workspace").resolve(task.id().toString());
    }

    private static long processesOf(Task task) {
        return Machine.processesOf(List.of(task.id().toString())).size();
    }

    private static GitSource source(String kind, Optional<String> ref, Optional<Integer> depth) {
        return new GitSource(server.url(kind), ref, depth, Optional.empty());
    }

    private static Task task(GitSource source) {
        return claimed(ASpec.asking("work").git(source));
    }

    private static Task claimed(ASpec spec) {
        return claimed(spec, "pty");
    }

    private static Task claimed(ASpec spec, String executor) {
        Claimant claimant = new Claimant(
                new WorkerId("me"),
                Set.of("me"),
                executor,
                Optional.empty(),
                Sessions.NONE,
                Optional.of("home-1"),
                LONG,
                LONG);
        return Task.enqueued(TaskId.create(Instant.EPOCH), spec.build(), Instant.EPOCH)
                .claimed(claimant, Instant.EPOCH);
    }
}
