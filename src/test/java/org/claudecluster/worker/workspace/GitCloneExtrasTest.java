package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.workspace.WorkerHome.cloning;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.workspace.TaskWorkspaces.Prepared;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a clone may bring beyond the repository, and what is said where it can't be made. */
class GitCloneExtrasTest {

    @TempDir
    static Path served;

    @TempDir
    Path home;

    private static GitServer server;

    private WorkerHome worker;

    @BeforeAll
    static void serve() throws IOException {
        server = GitServer.in(served);
        repository("library", work -> Files.writeString(work.resolve("lib.txt"), "library\n"));
        repository("with-submodule", work -> submodule(work, "../library.git"));
        repository("with-submodules", work -> submodule(work, "../with-submodule.git"));
        repository("with-private-submodule", work -> submodule(work, server.url("/private")));
        repository("with-large-files", GitCloneExtrasTest::largeFiles);
    }

    @AfterAll
    static void stopServing() {
        server.close();
    }

    @BeforeEach
    void prepareHome() throws IOException {
        worker = WorkerHome.in(home, new Git(server.environment(), Optional.empty()));
    }

    @Test
    void submodules_are_fetched_where_they_are_asked_for_and_theirs_too() throws Exception {
        Task task = cloning(source("with-submodules", true, false));

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(worker.directory(task).resolve("sub/sub/lib.txt")).hasContent("library");
        assertThat(worker.said()).noneMatch(line -> line.contains("workspace.git.submodules"));
    }

    @Test
    void where_they_are_not_asked_for_a_line_says_what_is_missing() throws Exception {
        Task task = cloning(source("with-submodules", false, false));

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(worker.directory(task).resolve("sub")).isEmptyDirectory();
        assertThat(worker.said()).anyMatch(line -> line.contains("workspace.git.submodules"));
    }

    @Test
    void a_shallow_clone_has_its_submodules() throws Exception {
        GitSource shallow = new GitSource(
                server.url("", "with-submodule.git"),
                Optional.of("main"),
                Optional.of(1),
                Optional.empty(),
                true,
                false);
        Task task = cloning(shallow);

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(worker.directory(task).resolve("sub/lib.txt")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file://HERE", "HERE", "ext::touch sprung", "git://127.0.0.1/x", "http://127.0.0.1/x"})
    void a_submodule_is_reached_by_no_way_that_a_task_may_not_name(String pattern) throws Exception {
        String url = pattern.replace("HERE", served.resolve("library.git").toString());
        String name = "hostile-" + Integer.toHexString(pattern.hashCode());
        repository(name, work -> {
            submodule(work, "../library.git");
            SampleRepository.git(work, "config", "--file", ".gitmodules", "submodule.sub.url", url);
        });

        worker.assertFails(cloning(source(name, true, false)), "not allowed");

        assertThat(home.resolve("sprung")).doesNotExist();
    }

    @Test
    void the_token_goes_to_submodules_of_the_same_host_and_no_other() throws Exception {
        Task with = cloning(new GitSource(
                server.url("", "with-private-submodule.git"),
                Optional.of("main"),
                Optional.empty(),
                Optional.of("shop"),
                true,
                false));
        assertThat(worker.prepare(with)).isEqualTo(new Prepared.Ready());
        assertThat(worker.directory(with).resolve("sub/README.md")).exists();

        try (GitServer other = GitServer.in(Files.createDirectories(home.resolve("other")))) {
            repository("elsewhere", work -> submodule(work, other.url("/private")));
            Map<String, String> trusting = new HashMap<>(server.environment());
            trusting.put("GIT_SSL_CAINFO", both(other).toString());
            worker = WorkerHome.in(home, new Git(trusting, Optional.empty()));
            worker.assertFails(
                    cloning(new GitSource(
                            server.url("", "elsewhere.git"),
                            Optional.of("main"),
                            Optional.empty(),
                            Optional.of("shop"),
                            true,
                            false)),
                    "could not read Username",
                    "tokenSecretName");
            assertThat(other.authorization()).isEmpty();
        }
    }

    @Test
    void large_files_that_are_not_asked_for_are_told_of() throws Exception {
        Task task = cloning(source("with-large-files", false, false));

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(worker.said()).anyMatch(line -> line.contains("workspace.git.lfs"));
        assertThat(worker.said()).noneMatch(line -> line.contains("workspace.git.submodules"));
    }

    @Test
    void a_repository_that_needs_neither_is_not_commented_on() throws Exception {
        Task task = cloning(source("shop", false, false));

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(worker.said()).noneMatch(line -> line.contains("workspace.git."));
    }

    @Test
    void a_machine_without_git_lfs_says_so() throws Exception {
        Path bare = Files.createDirectories(home.resolve("bare"));
        Files.createSymbolicLink(bare.resolve("git"), Path.of("/usr/bin/git"));
        worker = WorkerHome.in(home, new Git(path(bare.toString()), Optional.empty()));

        worker.assertFails(cloning(source("with-large-files", false, true)), "git-lfs is not installed");
    }

    /** A stand-in for the program: that it is called, and how, is what can be seen without a server for large files. */
    @Test
    void git_lfs_is_asked_of_the_repository_s_own_server_whatever_the_repository_says() throws Exception {
        Path tools = Files.createDirectories(home.resolve("tools"));
        Path log = home.resolve("lfs.log");
        Path program = Files.writeString(tools.resolve("git-lfs"), """
                #!/bin/sh
                echo "$1 $2 $3 url=$(git config lfs.url)" >> '%s'
                mkdir -p .git/lfs
                [ "$1" != pull ] || printf large > assets/a.bin
                """.formatted(log));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        worker = WorkerHome.in(home, new Git(path(tools + ":/usr/bin:/bin"), Optional.empty()));
        Task task = cloning(source("with-large-files", false, true));

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(log).content().contains("install --local --skip-repo", "pull ");
        assertThat(log).content().contains("url=" + server.url("", "with-large-files.git") + "/info/lfs");
        assertThat(worker.said()).noneMatch(line -> line.contains("workspace.git.lfs"));
        Files.writeString(worker.directory(task).resolve("assets/b.txt"), "small\n");
        ByteArrayOutputStream patch = new ByteArrayOutputStream();
        ((TaskWorkspaces.Found.Here) worker.workspaces().find(task))
                .changes()
                .orElseThrow()
                .write(patch);
        assertThat(patch.toString(StandardCharsets.UTF_8))
                .contains("b/assets/b.txt")
                .doesNotContain("a.bin");
    }

    @Test
    void with_a_token_a_redirect_is_not_followed_and_the_new_url_is_named() throws Exception {
        worker.assertFails(
                cloning(withToken("/moved")),
                "git fetch failed",
                "has moved to " + server.url("/private") + ":",
                "workspace.git.url");
        assertThat(home.resolve("tmp/git-trace")).doesNotExist();
    }

    @Test
    void one_to_another_host_is_named_without_what_it_would_log_in_with() throws Exception {
        Task task = cloning(withToken("/away"));
        worker.assertFails(task, "has moved to https://git.example.invalid/shop.git:");
    }

    @Test
    void without_a_token_a_redirect_on_the_way_is_followed() throws Exception {
        worker.assertFails(
                cloning(new GitSource(server.url("/moved"), Optional.empty(), Optional.empty(), Optional.empty())),
                "could not read Username",
                "workspace.git.tokenSecretName");
    }

    @Test
    void what_git_says_comes_with_what_to_do_about_it() throws Exception {
        Files.writeString(home.resolve("secrets/shop"), "wrong\n");
        worker.assertFails(cloning(withToken("/private")), "does not take the token");
        worker.assertFails(cloning(source("/forbidden", "shop")), "forbids it");
        worker.assertFails(cloning(source("", "absent")), "no such repository");
        worker.assertFails(
                cloning(new GitSource(server.url(""), Optional.of("no-such"), Optional.empty(), Optional.empty())),
                "couldn't find remote ref",
                "workspace.git.ref must be");
    }

    private static GitSource source(String name, boolean submodules, boolean lfs) {
        return new GitSource(
                server.url("", name + ".git"),
                Optional.of("main"),
                Optional.empty(),
                Optional.empty(),
                submodules,
                lfs);
    }

    private static GitSource source(String kind, String name) {
        return new GitSource(server.url(kind, name + ".git"), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static GitSource withToken(String kind) {
        return new GitSource(server.url(kind), Optional.of("main"), Optional.empty(), Optional.of("shop"));
    }

    private static Map<String, String> path(String path) {
        Map<String, String> environment = new HashMap<>(server.environment());
        environment.put("PATH", path);
        return environment;
    }

    private Path both(GitServer other) throws IOException {
        String first = Files.readString(Path.of(server.environment().getOrDefault("GIT_SSL_CAINFO", "")));
        String second = Files.readString(Path.of(other.environment().getOrDefault("GIT_SSL_CAINFO", "")));
        return Files.writeString(home.resolve("both.pem"), first + second);
    }

    /** Puts something into a new repository. */
    private interface Filling {
        void into(Path work) throws IOException;
    }

    private static void repository(String name, Filling filling) throws IOException {
        Path work = Files.createDirectories(served.resolve("src-" + name));
        SampleRepository.git(work, "init", "-q", "-b", "main", ".");
        filling.into(work);
        SampleRepository.git(work, "add", "-A");
        SampleRepository.git(work, "commit", "-q", "-m", "first");
        SampleRepository.git(served, "clone", "-q", "--bare", work.toString(), name + ".git");
    }

    /** By plumbing, for the URL need not be one that could be cloned here. */
    private static void submodule(Path work, String url) throws IOException {
        String repository = url.contains("private") ? "shop.git" : url.replaceFirst(".*/", "");
        String commit = SampleRepository.git(served.resolve(repository), "rev-parse", "main")
                .strip();
        Files.writeString(work.resolve(".gitmodules"), "[submodule \"sub\"]\n\tpath = sub\n\turl = " + url + "\n");
        SampleRepository.git(work, "update-index", "--add", "--cacheinfo", "160000," + commit + ",sub");
        Files.createDirectories(work.resolve("sub"));
    }

    private static void largeFiles(Path work) throws IOException {
        Path assets = Files.createDirectories(work.resolve("assets"));
        Files.writeString(assets.resolve(".gitattributes"), "*.bin filter=lfs diff=lfs merge=lfs -text\n");
        Files.writeString(work.resolve(".lfsconfig"), "[lfs]\n\turl = https://evil.example.invalid/\n");
        Files.writeString(
                assets.resolve("a.bin"),
                "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 3\n");
    }
}
