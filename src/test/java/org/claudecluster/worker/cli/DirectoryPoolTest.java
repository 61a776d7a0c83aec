package org.claudecluster.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryPoolTest {

    private static final int MORE = 70;

    @TempDir
    Path root;

    @Test
    void of_many_that_are_given_back_64_are_kept_and_the_others_removed() throws IOException {
        DirectoryPool pool = new DirectoryPool(root);
        List<Path> made = new ArrayList<>();
        for (int number = 0; number < MORE; number++) {
            made.add(pool.make("task-" + number).path());
        }

        for (Path directory : made) {
            assertThat(pool.takeBack(directory)).isTrue();
        }

        assertThat(made).allSatisfy(directory -> assertThat(directory).doesNotExist());
        assertThat(pool.spares().toFile().list()).hasSize(64);
    }
}
