package org.claudecluster.worker.files;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {

    @TempDir
    Path directory;

    @Test
    void a_file_is_made_with_its_directory_and_replaced_and_is_its_owners_alone() throws IOException {
        Path file = directory.resolve("new/file");

        WholeFile.write(file, "one");
        WholeFile.write(file, "two");

        assertThat(file).hasContent("two");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        Path directory = requireNonNull(file.getParent());
        assertThat(directory).isDirectoryContaining(entry -> entry.equals(file));
        assertThat(directory.toFile().list()).hasSize(1);
    }

    @Test
    void a_write_that_fails_leaves_what_was_there_and_nothing_beside_it() throws IOException {
        Path inTheWay = Files.createDirectories(directory.resolve("file/below"));

        assertThatThrownBy(() -> WholeFile.write(directory.resolve("file"), "x"))
                .isInstanceOf(IOException.class);

        assertThat(inTheWay).exists();
        assertThat(directory.toFile().list()).containsExactly("file");
    }

    @Test
    void a_full_disk_leaves_what_was_there_and_nothing_beside_it() throws IOException {
        Path full = Files.createDirectories(directory.resolve("full"));
        try (Mounted _ = Mounted.at(full)) {
            WholeFile.write(full.resolve("file"), "kept");

            assertThatThrownBy(() -> WholeFile.write(full.resolve("file"), "x".repeat(2 << 20)))
                    .isInstanceOf(IOException.class);

            assertThat(full.resolve("file")).hasContent("kept");
            assertThat(full.toFile().list()).containsExactly("file");
        }
    }

    @Test
    void what_a_crash_left_of_a_write_goes_and_all_else_stays() throws IOException {
        Files.writeString(directory.resolve(".file.123.part"), "ha");
        Files.writeString(directory.resolve("record123.part"), "of an older version");
        Files.writeString(directory.resolve("file"), "kept");

        WholeFile.removeParts(directory);
        WholeFile.removeParts(directory.resolve("absent"));

        assertThat(directory.toFile().list()).containsExactly("file");
    }
}
