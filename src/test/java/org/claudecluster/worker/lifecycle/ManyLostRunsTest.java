package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.exec.OrphanCleaner;
import org.claudecluster.worker.process.CountedMachine;
import org.claudecluster.worker.task.TaskId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fifty lost runs cost a worker that starts. */
class ManyLostRunsTest {

    @TempDir
    Path directory;

    private final CountedMachine machine = new CountedMachine(ChildEnvironment.RUN_MARKER);
    private final Set<OrphanCleaner.Run> lost = IntStream.range(0, 50)
            .mapToObj(_ -> new OrphanCleaner.Run(TaskId.create(Instant.EPOCH), 1))
            .collect(Collectors.toSet());

    private OrphanedRuns strays(EmbeddedStore store) {
        return new OrphanedRuns(
                store.tasks,
                new OrphanCleaner(
                        new Observed(), machine.remains(directory.resolve("runs")), directory.resolve("tmp")));
    }

    private static String named(OrphanCleaner.Run run) {
        return ChildEnvironment.run(run.task().toString(), run.epoch());
    }

    @Test
    void without_a_process_of_theirs_one_look_at_the_machine() {
        try (EmbeddedStore store = new EmbeddedStore(directory)) {
            strays(store).begin(lost);
        }
        assertThat(machine.looks()).isEqualTo(1);
    }

    @Test
    void with_a_process_of_each_a_second_look_that_finds_them_gone() {
        long[] pid = {1_000};
        lost.forEach(run -> machine.runs(pid[0]++, named(run)));
        machine.runs(999, named(new OrphanCleaner.Run(TaskId.create(Instant.EPOCH), 1)));
        try (EmbeddedStore store = new EmbeddedStore(directory)) {
            strays(store).begin(lost);
        }
        assertThat(machine.looks()).isEqualTo(2);
        assertThat(machine.killed()).hasSize(50).doesNotContain(999L);
    }
}
