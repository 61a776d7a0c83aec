package org.claudecluster.worker.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's own disk: what is absent, and what is only unknown. */
class DiskTest {

    @TempDir
    Path directory;

    private Path missing;
    /** What lies below a link that leads to itself can't be told. */
    private Path unknown;

    @BeforeEach
    void make() throws IOException {
        missing = directory.resolve("missing");
        Path loop = directory.resolve("loop");
        unknown = Files.createSymbolicLink(loop, loop).resolve("below");
    }

    @Test
    void what_is_not_found_is_absent() throws IOException {
        assertThat(Disk.REAL.look(missing)).isEmpty();
        assertThat(Disk.REAL.isDirectory(missing)).isFalse();
        assertThat(Disk.REAL.read(missing)).isEmpty();
        assertThat(Disk.REAL.list(missing)).isEmpty();
        Disk.REAL.remove(missing);
        Disk.REAL.removeTree(missing);
    }

    @Test
    void every_other_failure_is_thrown() {
        assertUnknown(() -> Disk.REAL.look(unknown));
        assertUnknown(() -> Disk.REAL.isDirectory(unknown));
        assertUnknown(() -> Disk.REAL.read(unknown));
        assertUnknown(() -> Disk.REAL.list(unknown));
        assertUnknown(() -> Disk.REAL.read(directory));
    }

    private interface Question {
        Object ask() throws IOException;
    }

    private static void assertUnknown(Question question) {
        assertThatThrownBy(question::ask).isInstanceOf(IOException.class).isNotInstanceOf(NoSuchFileException.class);
    }

    @Test
    void a_link_is_itself_and_not_what_it_leads_to() throws IOException {
        Path target = Files.createDirectory(directory.resolve("target"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), missing);

        assertThat(Disk.REAL.isDirectory(link)).isFalse();
        assertThat(Disk.REAL.look(dangling)).isPresent();
        Disk.REAL.removeTree(link);
        assertThat(target).isDirectory();
    }
}
