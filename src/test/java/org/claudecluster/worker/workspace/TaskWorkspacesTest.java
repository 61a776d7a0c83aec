package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.workspace.WorkerHome.claimed;
import static org.claudecluster.worker.workspace.WorkerHome.cloning;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.files.FileTrees;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.workspace.TaskWorkspaces.Found;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of a workspace after its clone, and what its agent changed in it. */
class TaskWorkspacesTest {

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
        worker = WorkerHome.in(home, new Git(server.environment(), Optional.empty()));
    }

    @Test
    void the_diff_has_all_that_changed_and_runs_nothing_of_the_agents() throws Exception {
        Task task = main();
        worker.prepare(task);
        Path work = worker.directory(task);
        Path trap =
                Files.writeString(work.resolve("trap.sh"), "#!/bin/sh\ntouch " + home.resolve("sprung") + "\ncat\n");
        assertThat(trap.toFile().setExecutable(true)).isTrue();
        SampleRepository.git(work, "config", "core.fsmonitor", trap.toString());
        SampleRepository.git(work, "config", "filter.t.clean", trap.toString());
        SampleRepository.git(work, "config", "diff.t.textconv", trap.toString());
        SampleRepository.git(work, "config", "diff.external", trap.toString());
        Files.writeString(work.resolve(".gitattributes"), "* filter=t diff=t\n");
        Files.writeString(work.resolve("README.md"), "three\n");
        Files.write(work.resolve("logo.bin"), new byte[] {0, 9, 9});
        Files.write(work.resolve("new ö.bin"), new byte[] {0, 7});
        Files.delete(work.resolve("large.bin"));
        Files.createSymbolicLink(work.resolve("link"), Path.of("/etc/passwd"));
        SampleRepository.git(work, "init", "-q", "nested");

        String patch = diff(task);

        assertThat(home.resolve("sprung")).doesNotExist();
        assertThat(patch).doesNotContain("root:", "nested");
        Path fresh = home.resolve("fresh");
        SampleRepository.git(home, "clone", "-q", served.resolve("shop.git").toString(), fresh.toString());
        Files.writeString(home.resolve("patch"), patch, StandardCharsets.ISO_8859_1);
        SampleRepository.git(fresh, "apply", home.resolve("patch").toString());
        assertThat(fresh.resolve("README.md")).hasContent("three");
        assertThat(fresh.resolve("logo.bin")).hasBinaryContent(new byte[] {0, 9, 9});
        assertThat(fresh.resolve("new ö.bin")).hasBinaryContent(new byte[] {0, 7});
        assertThat(fresh.resolve("large.bin")).doesNotExist();
    }

    @Test
    void the_diff_outlives_the_agents_git_directory() throws Exception {
        Task task = main();
        worker.prepare(task);
        Files.writeString(worker.directory(task).resolve("README.md"), "three\n");
        FileTrees.delete(worker.directory(task).resolve(".git"));

        assertThat(diff(task)).contains("+three");
    }

    @Test
    void a_removed_workspace_is_gone_and_can_not_be_continued() throws Exception {
        Task task = main();
        worker.prepare(task);
        assertThat(worker.workspaces().kept().known()).containsEntry(task.id(), task.id());

        assertThat(worker.workspaces().kept().remove(task.id(), () -> true)).isTrue();

        assertThat(worker.workspaces().find(task)).isEqualTo(new Found.Gone());
        Task next = claimed(ASpec.asking("go on").continuing(new Continuation(task.id(), task.id())));
        worker.assertFails(next, "is gone");
        assertThat(worker.workspaces().kept().forget(task.id(), () -> true)).isTrue();
        assertThat(worker.workspaces().kept().known()).isEmpty();
    }

    @Test
    void another_data_directorys_workspace_is_elsewhere_and_a_stub_has_none() {
        TaskWorkspaces other = new TaskWorkspaces(
                "home-2", home, home.resolve("state"), new Git(Map.of(), Optional.empty()), home.resolve("secrets"));
        Task task = claimed(ASpec.asking("x"));

        assertThat(other.find(task)).isEqualTo(new Found.Elsewhere("home-1"));
        assertThat(worker.workspaces().find(task)).isEqualTo(new Found.Empty());
        assertThat(worker.workspaces().find(claimed(ASpec.asking("x"), "stub"))).isEqualTo(new Found.None());
    }

    private String diff(Task task) throws IOException {
        ByteArrayOutputStream patch = new ByteArrayOutputStream();
        assertThat(worker.workspaces().find(task)).isInstanceOf(Found.Here.class);
        ((Found.Here) worker.workspaces().find(task)).changes().orElseThrow().write(patch);
        return patch.toString(StandardCharsets.ISO_8859_1);
    }

    private static Task main() {
        return cloning(new GitSource(server.url(""), Optional.of("main"), Optional.of(1), Optional.empty()));
    }
}
