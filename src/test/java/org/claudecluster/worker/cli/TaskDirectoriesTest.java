package org.claudecluster.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.cli.TaskDirectories.OutsideWorkspaceException;
import org.claudecluster.worker.files.FileTrees;
import org.claudecluster.worker.files.Mounted;
import org.claudecluster.worker.outcome.Runs;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.workspace.Standing;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskDirectoriesTest {

    @TempDir
    Path directory;

    private Path root;
    private Path outside;
    private TaskDirectories.Pools pools;
    private DirectoryPool temporaries;

    @BeforeEach
    void layOut() throws IOException {
        root = directory.resolve("workspaces");
        outside = Files.createDirectories(directory.resolve("outside"));
        temporaries = new DirectoryPool(directory.resolve("state/tmp"));
        pools = new TaskDirectories.Pools(
                new DirectoryPool(root),
                new DirectoryPool(directory.resolve("homes")),
                Optional.empty(),
                temporaries,
                new SetAside(List.of(temporaries.root())));
    }

    @Test
    void a_task_gets_a_directory_of_its_own_that_goes_when_it_stays_empty() throws IOException {
        Task task = task(Optional.empty());
        TaskDirectories directories = open(task);
        assertThat(directories.work())
                .isEqualTo(root.resolve(task.id().toString()))
                .isEmptyDirectory();
        assertThat(directories.temporary()).isEmptyDirectory();
        directories.close();
        assertThat(directories.work()).doesNotExist();
        assertThat(directories.temporary()).doesNotExist();
    }

    @Test
    void what_a_task_left_in_its_directory_stays() throws IOException {
        TaskDirectories directories = open(task(Optional.empty()));
        Files.writeString(directories.work().resolve("result.txt"), "kept");
        directories.close();
        assertThat(directories.work().resolve("result.txt")).hasContent("kept");
    }

    @Test
    void a_second_attempt_finds_what_the_first_one_left() throws IOException {
        open(task(Optional.empty())).close();
        Task task = task(Optional.empty());
        Files.createDirectories(root.resolve(task.id().toString()));
        Files.writeString(root.resolve(task.id().toString()).resolve("half"), "done");
        TaskDirectories directories = open(task);
        assertThat(directories.work().resolve("half")).hasContent("done");
        directories.close();
    }

    @Test
    void a_kept_directory_that_somebody_removed_is_made_anew() throws IOException {
        open(task(Optional.empty())).close();
        FileTrees.delete(root);
        FileTrees.delete(temporaries.root());
        TaskDirectories directories = open(task(Optional.empty()));
        assertThat(directories.work()).isEmptyDirectory();
        assertThat(directories.temporary()).isEmptyDirectory();
        directories.close();
    }

    @Test
    void a_wished_directory_is_made_and_kept() throws IOException {
        TaskDirectories directories = open(task(Optional.of("team/project")));
        assertThat(directories.work()).isEqualTo(root.toRealPath().resolve("team/project"));
        directories.close();
        assertThat(directories.work()).isEmptyDirectory();
        assertThat(directories.temporary()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"link", "link/below", "link/below/deep", "dangling", "dangling/below", "../outside"})
    void a_way_out_of_the_root_is_refused_and_leaves_nothing(String wished) throws IOException {
        Files.createDirectories(root);
        Files.createSymbolicLink(root.resolve("link"), outside);
        Files.createSymbolicLink(root.resolve("dangling"), directory.resolve("not-there"));
        Task task = task(Optional.of(wished));
        assertThatThrownBy(() -> open(task)).isInstanceOf(OutsideWorkspaceException.class);
        assertThat(outside).isEmptyDirectory();
        assertThat(directory.resolve("not-there")).doesNotExist();
        assertThat(temporaries.root().resolve(task.id().toString())).doesNotExist();
    }

    @Test
    void a_link_that_stays_inside_is_followed() throws IOException {
        Files.createDirectories(root.resolve("real"));
        Files.createSymbolicLink(root.resolve("link"), root.resolve("real"));
        assertThat(open(task(Optional.of("link/below"))).work())
                .isEqualTo(root.toRealPath().resolve("real/below"));
    }

    @Test
    void temporary_files_go_even_when_they_are_read_only_or_links() throws IOException {
        Path precious = Files.writeString(outside.resolve("precious"), "kept");
        TaskDirectories directories = open(task(Optional.empty()));
        Path locked = Files.createDirectories(directories.temporary().resolve("cache/mod"));
        Files.writeString(locked.resolve("file"), "x");
        Files.createSymbolicLink(directories.temporary().resolve("out"), outside);
        Files.createSymbolicLink(locked.resolve("up"), Path.of("../.."));
        Files.setPosixFilePermissions(locked.resolve("file"), PosixFilePermissions.fromString("r--------"));
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-x------"));
        Path closed = Files.createDirectories(directories.temporary().resolve("closed/below"));
        Files.setPosixFilePermissions(closed.getParent(), PosixFilePermissions.fromString("---------"));
        directories.close();
        assertThat(directories.temporary()).doesNotExist();
        assertThat(precious).hasContent("kept");
    }

    @Test
    void what_can_t_be_removed_does_not_undo_the_run() throws IOException {
        TaskDirectories stuck = open(task(Optional.empty()));
        Path mount = Files.createDirectories(stuck.temporary().resolve("mount"));
        try (Mounted _ = Mounted.at(mount)) {
            assertThatCode(stuck::close).doesNotThrowAnyException();
            assertThat(stuck.work()).doesNotExist();
        }
    }

    @Test
    void a_task_may_have_removed_both_itself() throws IOException {
        TaskDirectories directories = open(task(Optional.empty()));
        FileTrees.delete(directories.work());
        FileTrees.delete(directories.temporary());
        assertThatCode(directories::close).doesNotThrowAnyException();
    }

    private TaskDirectories open(Task task) throws IOException {
        return TaskDirectories.open(task, Standing.NEW, pools);
    }

    private static Task task(Optional<String> workingDirectory) {
        return Runs.task("x", Duration.ofMinutes(1), workingDirectory);
    }
}
