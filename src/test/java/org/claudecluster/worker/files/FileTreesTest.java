package org.claudecluster.worker.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreesTest {

    @TempDir
    Path directory;

    @Test
    void a_tree_goes_whatever_modes_it_has_and_what_its_links_lead_to_stays() throws IOException {
        Path precious = Files.createDirectories(directory.resolve("outside"));
        Files.writeString(precious.resolve("file"), "kept");
        Path tree = Files.createDirectories(directory.resolve("tree/cache/mod"));
        Files.writeString(tree.resolve("file"), "x");
        Files.createSymbolicLink(tree.resolve("out"), precious);
        Files.createSymbolicLink(tree.resolve("dangling"), Path.of("nowhere"));
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("r-x------"));
        Files.setPosixFilePermissions(tree.getParent(), PosixFilePermissions.fromString("---------"));

        FileTrees.delete(directory.resolve("tree"));

        assertThat(directory.resolve("tree")).doesNotExist();
        assertThat(precious.resolve("file")).hasContent("kept");
    }

    @Test
    void a_link_goes_itself_and_nothing_is_fine() throws IOException {
        Path target = Files.createDirectories(directory.resolve("target"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);

        FileTrees.delete(link);
        FileTrees.delete(directory.resolve("absent"));
        FileTrees.delete(directory.resolve("absent/below"));

        assertThat(link).doesNotExist();
        assertThat(target).exists();
    }

    @Test
    void a_tree_that_is_deeper_than_a_path_may_be_goes_too() throws Exception {
        String script =
                "mkdir tree && cd tree && n=%s && for i in $(seq 1 400); do mkdir $n && cd -P ./$n || exit 1; done; touch leaf"
                        .formatted("d".repeat(100));
        assertThat(new ProcessBuilder("/bin/bash", "-c", script)
                        .directory(directory.toFile())
                        .start()
                        .waitFor())
                .isZero();

        FileTrees.delete(directory.resolve("tree"));

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void what_can_t_be_removed_is_told_and_saves_nothing_else() throws IOException {
        Path busy = Files.createDirectories(directory.resolve("tree/busy"));
        Files.writeString(directory.resolve("tree/a"), "x");
        Files.writeString(Files.createDirectories(directory.resolve("tree/z")).resolve("file"), "x");
        try (Mounted _ = Mounted.at(busy)) {
            assertThatThrownBy(() -> FileTrees.delete(directory.resolve("tree")))
                    .isInstanceOf(IOException.class);
        }
        assertThat(directory.resolve("tree")).isDirectoryNotContaining(entry -> !entry.endsWith("busy"));
    }
}
