package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.exec.OrphanCleaner;
import org.claudecluster.worker.exec.OrphanCleaner.Run;
import org.claudecluster.worker.process.CgroupUse;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.task.TaskId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The last resort: a process with neither marker nor brand, in the private directory of a task. */
class LeftoversTest {

    private static final TaskId TASK = TaskId.create(Instant.EPOCH);
    private static final Run LOST = new Run(TASK, 3);

    @TempDir
    Path directory;

    private Containment containment;
    private OrphanCleaner leftovers;
    private Process process;

    @BeforeEach
    void start() throws IOException {
        containment = new Containment(ChildEnvironment.RUN_MARKER, directory.resolve("runs"), CgroupUse.NEVER);
        leftovers = new OrphanCleaner(new Observed(), containment.remains(), directory.resolve("tmp"));
        Path own = Files.createDirectories(directory.resolve("tmp").resolve(TASK.toString()));
        process = new ProcessBuilder("sleep", "600").directory(own.toFile()).start();
    }

    @AfterEach
    void end() {
        process.destroyForcibly();
    }

    private static String named(Run run) {
        return ChildEnvironment.run(run.task().toString(), run.epoch());
    }

    @Test
    void who_works_there_is_ended_with_the_lost_run() throws IOException {
        Files.delete(directory.resolve("tmp").resolve(TASK.toString()));
        leftovers.end(Set.of(LOST));
        await().until(() -> !process.isAlive());
    }

    @Test
    void who_works_there_may_be_of_the_run_that_follows_and_then_lives() {
        containment.expect(named(new Run(TASK, 4)));
        leftovers.end(Set.of(LOST));
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void who_works_in_another_task_s_lives() {
        leftovers.end(Set.of(new Run(TaskId.create(Instant.EPOCH), 3)));
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void a_note_of_a_run_that_left_nothing_goes_and_that_of_a_later_run_stays() {
        containment.expect(named(LOST));
        containment.expect(named(new Run(TASK, 2)));
        containment.expect(named(new Run(TASK, 4)));
        assertThat(leftovers.look().runs()).contains(LOST, new Run(TASK, 2), new Run(TASK, 4));
        leftovers.end(Set.of(LOST));
        assertThat(leftovers.look().runs()).contains(new Run(TASK, 4)).doesNotContain(LOST, new Run(TASK, 2));
    }
}
