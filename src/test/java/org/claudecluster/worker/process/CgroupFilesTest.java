package org.claudecluster.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupFilesTest {

    private static final String UNIFIED =
            "24 1 0:22 / /proc rw - proc proc rw\n30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
    private static final String HYBRID = """
            31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
            35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """;

    @TempDir
    Path directory;

    @Test
    void a_unit_of_systemd_has_its_own_directory() {
        assertThat(CgroupFiles.own("0::/system.slice/worker.service\n", UNIFIED))
                .contains(Path.of("/sys/fs/cgroup/system.slice/worker.service"));
    }

    @Test
    void a_container_sees_its_own_directory_as_the_root() {
        assertThat(CgroupFiles.own("0::/\n", UNIFIED)).contains(Path.of("/sys/fs/cgroup"));
    }

    @Test
    void beside_version_1_version_2_has_a_directory_of_its_own() {
        assertThat(CgroupFiles.own("4:memory:/x\n0::/\n", HYBRID)).contains(Path.of("/sys/fs/cgroup/unified"));
    }

    @Test
    void where_a_part_is_mounted_the_path_begins_behind_it() {
        String part = "30 23 0:26 /kubepods/pod1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
        assertThat(CgroupFiles.own("0::/kubepods/pod1/c1\n", part)).contains(Path.of("/sys/fs/cgroup/c1"));
        assertThat(CgroupFiles.own("0::/other\n", part)).isEmpty();
    }

    @Test
    void what_our_namespace_does_not_show_and_version_1_alone_is_none() {
        assertThat(CgroupFiles.own("0::/../other\n", UNIFIED)).isEmpty();
        assertThat(CgroupFiles.own("4:memory:/x\n", UNIFIED)).isEmpty();
        assertThat(CgroupFiles.own("0::/\n", "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw\n"))
                .isEmpty();
        assertThat(CgroupFiles.own("", "")).isEmpty();
    }

    @Test
    void processes_of_inner_directories_are_found_too() throws IOException {
        Path inner = Files.createDirectories(directory.resolve("a/b"));
        Files.writeString(directory.resolve("cgroup.procs"), "0\n12\n34\n");
        Files.writeString(inner.resolve("cgroup.procs"), "56\n");
        assertThat(CgroupFiles.processes(directory)).containsExactlyInAnyOrder(12L, 34L, 56L);
        assertThat(CgroupFiles.processes(directory.resolve("missing"))).isEmpty();
    }

    @Test
    void numbers_stand_alone_or_behind_a_name() throws IOException {
        Path file = Files.writeString(directory.resolve("memory.events"), "low 0\noom 3\noom_kill 2\n");
        assertThat(CgroupFiles.number(file, "oom_kill")).hasValue(2);
        assertThat(CgroupFiles.number(file, "kill")).isEmpty();
        assertThat(CgroupFiles.number(Files.writeString(directory.resolve("peak"), "4096\n")))
                .hasValue(4096);
        assertThat(CgroupFiles.number(Files.writeString(directory.resolve("max"), "max\n")))
                .isEmpty();
        assertThat(CgroupFiles.number(directory.resolve("missing"))).isEmpty();
    }

    @Test
    void words_are_told_apart_by_spaces() throws IOException {
        assertThat(CgroupFiles.words(Files.writeString(directory.resolve("c"), "cpu memory pids\n")))
                .isEqualTo(Set.of("cpu", "memory", "pids"));
        assertThat(CgroupFiles.words(Files.writeString(directory.resolve("d"), "\n")))
                .isEmpty();
    }
}
