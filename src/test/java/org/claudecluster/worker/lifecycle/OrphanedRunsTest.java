package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.exec.OrphanCleaner;
import org.claudecluster.worker.process.CgroupUse;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.OrphanScanner;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.TreeLimits;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.terminal.Channel;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.terminal.PtyLaunchers;
import org.claudecluster.worker.terminal.Terminal;
import org.claudecluster.worker.terminal.TerminalCommand;
import org.claudecluster.worker.terminal.TerminalListener;
import org.claudecluster.worker.terminal.TerminalSize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real processes that carry a run's marker, as a dead worker leaves them. */
class OrphanedRunsTest {

    @TempDir
    Path directory;

    private OrphanCleaner leftovers;
    private Containment containment;
    private final List<Process> processes = new ArrayList<>();
    private EmbeddedStore store;
    private OrphanedRuns strays;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        containment = new Containment(ChildEnvironment.RUN_MARKER, directory.resolve("runs"), CgroupUse.NEVER);
        leftovers = new OrphanCleaner(new Observed(), containment.remains(), directory.resolve("tmp"));
        strays = new OrphanedRuns(store.tasks, leftovers);
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
        strays.begin(Set.of());
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
        strays.begin(Set.of());
        await().until(() -> !earlier.isAlive());
        assertThat(now.isAlive()).isTrue();
    }

    @Test
    void a_process_that_cleared_its_environment_is_watched_and_ended_like_any_other() throws Exception {
        Task task = claimed();
        String run = ChildEnvironment.run(task.id().toString(), task.epoch());
        ProcessHandle hidden = hiddenProcessOf(run);
        strays.begin(Set.of());
        assertThat(hidden.isAlive()).isTrue();

        assertThat(store.update("UPDATE task SET status = 'pending', worker = NULL, lease_until = NULL"))
                .isEqualTo(1);
        strays.endTheLost();
        await().until(() -> leftOf(run).isEmpty());
        assertThat(containment.remains().look().runs()).doesNotContain(run);
    }

    @Test
    void what_the_store_does_not_know_is_another_store_s_business() throws IOException {
        Process stranger = processOf(TaskId.create(Instant.EPOCH), 1);
        strays.begin(Set.of());
        assertThat(stranger.isAlive()).isTrue();
    }

    @Test
    void a_note_of_a_run_that_nobody_knows_goes_when_nothing_of_it_is_left() {
        TaskId stranger = TaskId.create(Instant.EPOCH);
        containment.expect(ChildEnvironment.run(stranger.toString(), 1));
        assertThat(leftovers.look().runs()).contains(new OrphanCleaner.Run(stranger, 1));
        strays.begin(Set.of());
        assertThat(leftovers.look().runs()).doesNotContain(new OrphanCleaner.Run(stranger, 1));
    }

    private Task claimed() {
        store.enqueue(5, 2);
        return store.tasks.claim(EmbeddedStore.claimant("other"), 1).getFirst();
    }

    /** As a worker starts it that dies then: nobody looks after its tree any more. */
    private ProcessHandle hiddenProcessOf(String run) throws LaunchException {
        TerminalCommand command = new TerminalCommand(
                        Path.of("/bin/sh"),
                        // Its terminal's hangup would end what has not left the session by then.
                        List.of("-c", "trap '' HUP; (env -i /usr/bin/setsid -f /bin/sleep 600) >/dev/null 2>&1"),
                        Map.of("PATH", "/usr/bin:/bin", ChildEnvironment.RUN_MARKER, run),
                        directory,
                        new TerminalSize(80, 24),
                        new byte[0],
                        Optional.empty())
                .ofRun(run);
        containment.expect(run);
        Terminal leader = PtyLaunchers.ffm().launch(command, new Deaf());
        ProcessTree _ = containment.enclose(leader, run, TreeLimits.NONE);
        await().until(() -> !leader.alive());
        await().until(() -> leftOf(run).size() == 1);
        return ProcessHandle.of(leftOf(run).getFirst().pid()).orElseThrow();
    }

    private List<OrphanScanner.Left> leftOf(String run) {
        return containment.remains().look().processes(run::equals);
    }

    private static final class Deaf implements TerminalListener {
        @Override
        public void output(Channel channel, ByteBuffer bytes) {}

        @Override
        public void exited(ProcessExit exit) {}
    }

    private Process processOf(TaskId task, long epoch) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sleep", "600");
        builder.environment().put(ChildEnvironment.RUN_MARKER, ChildEnvironment.run(task.toString(), epoch));
        Process process = builder.start();
        processes.add(process);
        await().until(() -> leftovers.look().runs().contains(new OrphanCleaner.Run(task, epoch)));
        return process;
    }
}
