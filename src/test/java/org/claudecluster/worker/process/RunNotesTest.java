package org.claudecluster.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunNotesTest {

    @TempDir
    Path directory;

    @Test
    void a_run_is_noted_until_it_is_over() {
        RunNotes notes = new RunNotes(directory.resolve("runs"));
        assertThat(notes.runs()).isEmpty();
        notes.add("a.1");
        notes.add("b.1");
        assertThat(notes.runs()).containsExactlyInAnyOrder("a.1", "b.1");
        notes.remove("a.1");
        notes.remove("a.1");
        assertThat(notes.runs()).containsExactly("b.1");
        notes.add("c.1");
        assertThat(notes.runs()).containsExactlyInAnyOrder("b.1", "c.1");
    }

    @Test
    void a_successor_knows_the_notes_but_not_the_spare_ones() {
        RunNotes notes = new RunNotes(directory);
        notes.add("a.1");
        notes.add("b.1");
        notes.remove("b.1");
        RunNotes successors = new RunNotes(directory);
        assertThat(successors.runs()).containsExactly("a.1");
        successors.add("c.1");
        successors.remove("a.1");
        assertThat(successors.runs()).containsExactly("c.1");
    }

    @Test
    void the_spare_ones_are_bounded() throws IOException {
        RunNotes notes = new RunNotes(directory);
        List<String> runs = IntStream.range(0, 200).mapToObj(i -> "run." + i).toList();
        for (int round = 0; round < 2; round++) {
            runs.forEach(notes::add);
            assertThat(notes.runs()).hasSize(200);
            runs.forEach(notes::remove);
            assertThat(notes.runs()).isEmpty();
        }
        assertThat(directory.toFile().list()).hasSize(64);
        for (String file : directory.toFile().list()) Files.delete(directory.resolve(file));
        runs.forEach(notes::add);
        assertThat(notes.runs()).hasSize(200);
    }
}
