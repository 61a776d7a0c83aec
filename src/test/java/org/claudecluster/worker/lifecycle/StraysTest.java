package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.exec.Leftovers;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.terminal.Containment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real processes that carry a run's marker, as a dead worker leaves them. */
class StraysTest {

    @TempDir
    Path directory;

    private Leftovers leftovers;
    private final List<Process> processes = new ArrayList<>();
    private EmbeddedStore store;
    private Strays strays;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        Containment containment =
                Containment.detect(ChildEnvironment.RUN_MARKER, directory.resolve("runs"), false);
        leftovers = new Leftovers(new Observed(), containment.remains(), directory.resolve("tmp"));
        strays = new Strays(store.tasks, leftovers);
    }

    @AfterEach
    void close() {
        processes.forEach(Process::destroyForcibly);
        store.close();
    }

    @Test
    void a_run_that_somebody_holds_is_left_alone_until_the_store_says_that_it_is_over() throws IOException {
        Task task = claimed();
        Process process = processOf(task.id(), task.epoch());
        strays.look();
        strays.endTheLost();
        assertThat(process.isAlive()).isTrue();

        assertThat(store.update("UPDATE task SET status = 'pending', worker = NULL, lease_until = NULL"))
                .isEqualTo(1);
        strays.endTheLost();
        await().until(() -> !process.isAlive());
    }

    @Test
    void a_run_that_another_claim_has_followed_is_ended_and_the_one_that_followed_is_not() throws IOException {
        Task task = claimed();
        Process earlier = processOf(task.id(), task.epoch() - 1);
        Process now = processOf(task.id(), task.epoch());
        strays.look();
        strays.endTheLost();
        await().until(() -> !earlier.isAlive());
        assertThat(now.isAlive()).isTrue();
    }

    @Test
    void what_the_store_does_not_know_is_another_store_s_business() throws IOException {
        Process stranger = processOf(TaskId.create(Instant.EPOCH), 1);
        strays.look();
        strays.endTheLost();
        assertThat(stranger.isAlive()).isTrue();
    }

    private Task claimed() {
        store.enqueue(5, 2);
        return store.tasks.claim(EmbeddedStore.claimant("other"), 1).getFirst();
    }

    private Process processOf(TaskId task, long epoch) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sleep", "600");
        builder.environment().put(ChildEnvironment.RUN_MARKER, ChildEnvironment.run(task.toString(), epoch));
        Process process = builder.start();
        processes.add(process);
        await().until(() -> leftovers.found().contains(new Leftovers.Run(task, epoch)));
        return process;
    }
}
