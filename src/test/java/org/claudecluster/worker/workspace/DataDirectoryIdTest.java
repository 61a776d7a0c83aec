package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryIdTest {

    @TempDir
    Path data;

    @Test
    void it_is_made_once() throws IOException {
        String id = DataDirectoryId.of(data.resolve("new"));

        assertThat(id).matches("home-[0-9a-f-]{36}");
        assertThat(DataDirectoryId.of(data.resolve("new"))).isEqualTo(id);
        assertThat(DataDirectoryId.of(data.resolve("other"))).isNotEqualTo(id);
    }

    @Test
    void a_damaged_one_is_told() throws IOException {
        Files.writeString(data.resolve("home-id"), "garbage");

        assertThatThrownBy(() -> DataDirectoryId.of(data)).hasMessageContaining("home-id");
    }
}
