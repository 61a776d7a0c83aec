package org.claudecluster.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.claudecluster.worker.process.linux.ProcFs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With files in place of the kernel's. */
class CgroupsTest {

    private static final String RUN = "task.1";
    private static final TreeLimits LIMITS = new TreeLimits(OptionalLong.of(1L << 30), OptionalInt.of(100));

    @TempDir
    Path home;

    private Path leaf() {
        return home.resolve("claudecluster-worker");
    }

    private Path run() {
        return home.resolve("claudecluster-run-" + RUN);
    }

    private void kernel(String file, String text) throws IOException {
        Files.writeString(home.resolve(file), text);
    }

    private void ofRun(String file, String text) throws IOException {
        Files.writeString(run().resolve(file), text);
    }

    private String written(Path file) throws IOException {
        return Files.readString(file);
    }

    @Test
    void without_controllers_nothing_is_limited() throws IOException {
        kernel("cgroup.controllers", "cpu io\n");
        Cgroups cgroups = Cgroups.open(home);
        assertThat(cgroups.make(RUN, LIMITS)).isPresent();
        assertThat(cgroups.enforced(LIMITS)).isEqualTo(TreeLimits.NONE);
        assertThat(run()).isEmptyDirectory();
        assertThat(cgroups.runs()).containsExactly(RUN);
    }

    @Test
    void with_controllers_the_limits_are_set() throws IOException {
        kernel("cgroup.controllers", "cpu memory pids\n");
        kernel("cgroup.subtree_control", "memory pids\n");
        Cgroups cgroups = Cgroups.open(home);
        assertThat(cgroups.make(RUN, LIMITS)).isPresent();
        assertThat(cgroups.enforced(LIMITS)).isEqualTo(LIMITS);
        assertThat(run().resolve("memory.max")).hasContent("1073741824");
        assertThat(run().resolve("memory.swap.max")).hasContent("0");
        assertThat(run().resolve("memory.oom.group")).hasContent("1");
        assertThat(run().resolve("pids.max")).hasContent("100");
        assertThat(leaf()).doesNotExist();
    }

    @Test
    void a_limit_that_nobody_set_is_not_written() throws IOException {
        kernel("cgroup.controllers", "memory pids\n");
        kernel("cgroup.subtree_control", "memory pids\n");
        assertThat(Cgroups.open(home).make(RUN, TreeLimits.NONE)).isPresent();
        assertThat(run()).isEmptyDirectory();
    }

    @Test
    void the_worker_moves_into_a_leaf_before_it_asks_for_controllers() throws IOException {
        kernel("cgroup.controllers", "memory\n");
        kernel("cgroup.subtree_control", "");
        kernel("cgroup.type", "domain\n");
        kernel("cgroup.procs", ProcFs.SELF + "\n");
        Cgroups cgroups = Cgroups.open(home);
        assertThat(written(leaf().resolve("cgroup.procs"))).isEqualTo(Long.toString(ProcFs.SELF));
        assertThat(written(home.resolve("cgroup.subtree_control"))).isEqualTo("+memory");
        // Only what the kernel then shows counts; here it shows what was written.
        assertThat(cgroups.enforced(LIMITS)).isEqualTo(TreeLimits.NONE);
    }

    @Test
    void strangers_are_not_moved_and_then_there_are_no_controllers() throws IOException {
        kernel("cgroup.controllers", "memory\n");
        kernel("cgroup.subtree_control", "");
        kernel("cgroup.type", "domain\n");
        kernel("cgroup.procs", ProcFs.SELF + "\n999999\n");
        Cgroups cgroups = Cgroups.open(home);
        assertThat(leaf()).doesNotExist();
        assertThat(home.resolve("cgroup.subtree_control")).isEmptyFile();
        assertThat(cgroups.enforced(LIMITS)).isEqualTo(TreeLimits.NONE);
    }

    @Test
    void in_the_root_the_worker_stays_where_it_is() throws IOException {
        kernel("cgroup.controllers", "memory\n");
        kernel("cgroup.subtree_control", "");
        kernel("cgroup.procs", "1\n2\n3\n");
        Cgroups _ = Cgroups.open(home);
        assertThat(leaf()).doesNotExist();
        assertThat(written(home.resolve("cgroup.subtree_control"))).isEqualTo("+memory");
    }

    @Test
    void a_worker_that_finds_itself_in_the_leaf_works_above_it() throws IOException {
        assertThat(Cgroups.open(Files.createDirectories(leaf())).make(RUN, LIMITS))
                .isPresent();
        assertThat(run()).isDirectory();
    }

    @Test
    void where_no_directory_can_be_made_there_are_no_cgroups() throws IOException {
        Path file = Files.createFile(home.resolve("file"));
        assertThatIOException().isThrownBy(() -> Cgroups.open(file));
    }

    @Test
    void what_the_kernel_counted_is_read() throws IOException {
        Cgroup cgroup = Cgroups.open(home).make(RUN, LIMITS).orElseThrow();
        assertThat(cgroup.account()).isEqualTo(TreeAccount.NONE);
        ofRun("memory.current", "1000\n");
        assertThat(cgroup.account().memoryBytes()).hasValue(1000);
        ofRun("memory.peak", "5000\n");
        ofRun("pids.peak", "17\n");
        ofRun("cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
        ofRun("memory.events", "oom 1\noom_kill 0\n");
        assertThat(cgroup.account().outOfMemory()).isFalse();
        ofRun("memory.events", "oom 1\noom_kill 3\n");
        assertThat(cgroup.account().memoryBytes()).hasValue(5000);
        assertThat(cgroup.account().processes()).hasValue(17);
        assertThat(cgroup.account().cpu()).contains(Duration.ofMillis(2500));
        assertThat(cgroup.account().outOfMemory()).isTrue();
    }

    @Test
    void the_end_is_written_only_where_the_kernel_has_a_file_for_it() throws IOException {
        Cgroup cgroup = Cgroups.open(home).make(RUN, LIMITS).orElseThrow();
        cgroup.kill();
        assertThat(run()).isEmptyDirectory();
        ofRun("cgroup.kill", "");
        cgroup.kill();
        assertThat(run().resolve("cgroup.kill")).hasContent("1");
    }

    @Test
    void what_was_counted_is_known_when_the_directory_is_gone() throws IOException {
        Cgroup cgroup = Cgroups.open(home).make(RUN, LIMITS).orElseThrow();
        ofRun("memory.peak", "5000\n");
        assertThat(cgroup.account().memoryBytes()).hasValue(5000);
        Files.delete(run().resolve("memory.peak"));
        Files.delete(run());
        assertThat(cgroup.account().memoryBytes()).hasValue(5000);
        assertThat(cgroup.remove()).isTrue();
    }
}
