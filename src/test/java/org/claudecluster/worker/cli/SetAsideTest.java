package org.claudecluster.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.claudecluster.worker.files.Mounted;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetAsideTest {

    @TempDir
    Path directory;

    private SetAside aside;

    @BeforeEach
    void open() {
        aside = new SetAside(List.of(directory, directory.resolve("absent")));
    }

    @Test
    void what_is_there_is_out_of_the_way_at_once_and_goes_later() throws IOException {
        Files.createDirectories(directory.resolve("left/below"));

        aside.all();
        assertThat(directory.toFile().list()).containsExactly(SetAside.ASIDE);

        aside.remove();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void what_can_t_be_moved_stays_and_keeps_nobody_else() throws IOException {
        Path busy = Files.createDirectories(directory.resolve("busy"));
        Files.createDirectories(directory.resolve("left"));
        try (Mounted _ = Mounted.at(busy)) {
            aside.all();
            assertThat(busy).exists();
            assertThat(directory.resolve("left")).doesNotExist();
        }
    }

    @Test
    void two_of_one_name_are_both_set_aside_and_a_name_is_made_free() throws IOException {
        Files.createDirectories(directory.resolve(".aside/left"));
        Files.createDirectories(directory.resolve("left"));
        aside.all();
        assertThat(directory.resolve(".aside").toFile().list()).containsExactlyInAnyOrder("left", "left-1");

        Files.createDirectories(directory.resolve("left/below"));
        aside.replace(directory.resolve("left"));
        aside.replace(directory.resolve("nothing"));
        assertThat(directory.resolve("left")).doesNotExist();
    }
}
