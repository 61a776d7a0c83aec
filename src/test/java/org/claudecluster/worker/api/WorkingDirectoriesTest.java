package org.claudecluster.worker.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkingDirectoriesTest {

    @TempDir(cleanup = CleanupMode.ALWAYS)
    Path directory;

    private Path root;

    @BeforeEach
    void layOut() throws IOException {
        root = Files.createDirectories(directory.resolve("root"));
        Path outside = Files.createDirectories(directory.resolve("outside"));
        Files.createDirectories(root.resolve("inside/deep"));
        Files.createSymbolicLink(root.resolve("out"), outside);
        Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
        Files.createSymbolicLink(root.resolve("back"), root.resolve("inside"));
        Files.createSymbolicLink(root.resolve("inside/dangling"), directory.resolve("not-there"));
        Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"inside", "inside/deep", "new", "new/er", "a/../b", "back", "back/deep", "back/new", "äö ü"})
    void what_is_below_the_root_may_be_asked_for(String wished) {
        assertThat(WorkingDirectories.problem(root, wished)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../outside", "inside/../../outside", "/etc", ".", "a/..", "", "../root2"})
    void a_way_out_by_the_path_itself_is_refused(String wished) {
        assertThat(WorkingDirectories.problem(root, wished))
                .contains("must be a relative path below the workspace root, without a way out by ..");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "out",
                "out/new",
                "out/new/er",
                "up",
                "up/outside",
                "inside/dangling",
                "inside/dangling/x",
                "loop",
                "loop/x"
            })
    void a_way_out_by_a_link_is_refused(String wished) {
        assertThat(WorkingDirectories.problem(root, wished))
                .contains("leads out of the workspace root through a symbolic link");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".spare",
                ".spare/1-2",
                "a/../.spare/x",
                ".home-1",
                ".tenants/other",
                "01a20af2-4230-766c-97b2-0aade692c40b",
                "x/../01a20af2-4230-766c-97b2-0aade692c40b/src"
            })
    void what_the_worker_keeps_for_itself_is_refused(String wished) {
        assertThat(WorkingDirectories.problem(root, wished).orElseThrow()).contains("the worker's own");
    }

    @Test
    void what_is_no_path_is_refused() {
        assertThat(WorkingDirectories.problem(root, "a\0b")).contains("is not a path");
    }

    @Test
    void a_root_that_is_a_link_itself_is_fine() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), root);
        assertThat(WorkingDirectories.problem(link, "inside/deep")).isEmpty();
        assertThat(WorkingDirectories.problem(link, "out")).isPresent();
    }

    @Test
    void a_root_that_is_not_there_yet_has_no_links() {
        assertThat(WorkingDirectories.problem(directory.resolve("later"), "x")).isEmpty();
    }

    @Test
    void a_path_is_as_long_as_the_file_system_takes_it_in_bytes() {
        assertThat(WorkingDirectories.problem(root, "n".repeat(255))).isEmpty();
        assertThat(WorkingDirectories.problem(root, "n".repeat(256))).hasValueSatisfying(tooLong());
        assertThat(WorkingDirectories.problem(root, "a/" + "\u20ac".repeat(86))).hasValueSatisfying(tooLong());
        assertThat(WorkingDirectories.problem(root, ("\u20ac".repeat(80) + "/").repeat(12) + "\u20ac".repeat(28)))
                .hasValueSatisfying(tooLong());
    }

    private static Condition<String> tooLong() {
        return new Condition<>(why -> why.contains("names of at most 255 bytes"), "too long");
    }
}
