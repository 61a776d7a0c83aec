package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.claudecluster.worker.process.CgroupUse;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.Grace;
import org.claudecluster.worker.process.OrphanScanner;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.TreeEnd;
import org.claudecluster.worker.process.TreeLimits;
import org.claudecluster.worker.process.TreeSampler;
import org.claudecluster.worker.process.TreeUsage;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What hides is found and ended, whichever launcher started its leader, with a cgroup and without. Here nobody looks
 * before the hidden one has lost its environment, its session, its terminal and all of its parents.
 */
@Timeout(60)
abstract class HiddenProcessContract {

    /** SLEEP stands for one program which runs until it is ended. */
    static final String HIDE = "/usr/bin/env -i /usr/bin/setsid /usr/bin/nohup /bin/sh -c"
            + " 'trap \"\" TERM HUP INT QUIT; (/bin/SLEEP & ) ; exit' >/dev/null 2>&1 </dev/null";

    @TempDir
    Path directory;

    /** Says which processes are this test's, whatever their environment and session: they all sleep so many seconds. */
    private final String seconds = Integer.toString(ThreadLocalRandom.current().nextInt(1_000_000_000, 2_000_000_000));

    final String run = UUID.randomUUID() + ".1";
    final Recording recording = new Recording();
    Containment containment;

    abstract PtyLauncher launcher();

    abstract boolean withCgroups();

    @BeforeAll
    static void adopt() {
        ProcessTree.adoptOrphans();
    }

    @BeforeEach
    void detect() {
        containment = containment();
    }

    private Containment containment() {
        Containment found =
                new Containment(Commands.MARKER, notes(), withCgroups() ? CgroupUse.ALWAYS : CgroupUse.NEVER);
        found.begin();
        return found;
    }

    private Path notes() {
        return directory.resolve("runs");
    }

    @AfterEach
    void nothing_is_left_on_the_machine() {
        List<ProcessHandle> left = sleepers();
        left.forEach(ProcessHandle::destroyForcibly);
        assertThat(left).isEmpty();
        assertThat(containment.remains().look().runs()).doesNotContain(run);
    }

    List<ProcessHandle> sleepers() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().arguments().stream()
                        .anyMatch(arguments -> List.of(arguments).contains(seconds)))
                .toList();
    }

    /** Its script begins once it is enclosed. */
    private Terminal start(String script, String marker, Recording heard) throws LaunchException {
        String wait = "until [ -e " + directory.resolve("go") + " ]; do sleep 0.01; done; ";
        containment.expect(marker);
        return launcher()
                .launch(
                        Commands.marked(Commands.sh(wait + named(script)), marker)
                                .ofRun(marker),
                        heard);
    }

    /** At once. */
    Terminal launch(String script, Recording heard) throws LaunchException {
        containment.expect(run);
        return launcher()
                .launch(Commands.marked(Commands.sh(named(script)), run).ofRun(run), heard);
    }

    private static int seen(TreeSampler sampler, ProcessTree tree) {
        return sampler.sample(List.of(tree)).getOrDefault(tree, TreeUsage.NONE).processes();
    }

    private String named(String script) {
        return script.replace("SLEEP", "sleep " + seconds);
    }

    private void go() throws IOException {
        Files.createFile(directory.resolve("go"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "setsid SLEEP >/dev/null 2>&1 &",
                "nohup SLEEP >/dev/null 2>&1 &",
                "( (SLEEP &) & )",
                "env -i /bin/SLEEP &",
                "env -i /usr/bin/setsid /bin/SLEEP >/dev/null 2>&1 &",
                "(env -i /usr/bin/setsid -f /bin/SLEEP) >/dev/null 2>&1",
                HIDE
            })
    void what_hid_before_anybody_looked_is_ended_with_its_tree(String script) throws Exception {
        Terminal leader = start("trap '' HUP; " + script, run, recording);
        ProcessTree tree = containment.enclose(leader, run, TreeLimits.NONE);
        go();
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        Awaitility.await().until(() -> sleepers().size() == 1);
        assertThat(tree.members()).containsExactly(sleepers().getFirst().pid());
        assertThat(tree.sweep()).isEqualTo(new TreeEnd(Optional.empty(), 1, Set.of()));
        assertThat(tree.members()).isEmpty();
    }

    @Test
    void what_hides_while_its_leader_lives_is_ended_as_well() throws Exception {
        Terminal leader = start(HIDE + "; echo hidden; SLEEP", run, recording);
        ProcessTree tree = containment.enclose(leader, run, TreeLimits.NONE);
        go();
        recording.awaitText("hidden");
        Awaitility.await().until(() -> sleepers().size() == 2);
        TreeEnd end = tree.end(leader, new Grace(Duration.ZERO, Duration.ZERO));
        assertThat(end.survivors()).isEmpty();
        assertThat(tree.members()).isEmpty();
    }

    @Test
    void each_of_two_trees_ends_its_own_only() throws Exception {
        String otherRun = "other-" + run;
        Recording other = new Recording();
        Terminal leader = start(HIDE, run, recording);
        ProcessTree tree = containment.enclose(leader, run, TreeLimits.NONE);
        Terminal otherLeader = start(HIDE, otherRun, other);
        ProcessTree otherTree = containment.enclose(otherLeader, otherRun, TreeLimits.NONE);
        go();
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        assertThat(other.exit()).isEqualTo(new ProcessExit.Exited(0));
        Awaitility.await().until(() -> sleepers().size() == 2);
        assertThat(tree.members()).hasSize(1).doesNotContainAnyElementsOf(otherTree.members());
        assertThat(tree.sweep().killed()).isEqualTo(1);
        assertThat(otherTree.members()).hasSize(1);
        assertThat(sleepers()).hasSize(1);
        assertThat(otherTree.sweep().killed()).isEqualTo(1);
    }

    @Test
    void what_the_leader_started_before_it_was_enclosed_is_taken_along() throws Exception {
        containment.expect(run);
        Terminal early = launcher()
                .launch(
                        Commands.marked(
                                Commands.sh("trap '' HUP; env -i /bin/sh -c 'until [ -e " + directory.resolve("go")
                                        + " ]; do sleep 0.01; done; setsid -f sleep " + seconds
                                        + "' & echo up; wait"),
                                run),
                        recording);
        recording.awaitText("up");
        ProcessTree tree = containment.enclose(early, run, TreeLimits.NONE);
        go();
        Awaitility.await().until(() -> sleepers().size() == 1);
        Awaitility.await().until(() -> !early.alive());
        assertThat(tree.sweep().killed()).isEqualTo(1);
    }

    @Test
    void a_successor_finds_what_hid_and_forgets_it_when_it_is_gone() throws Exception {
        Terminal leader = start(HIDE, run, recording);
        ProcessTree tree = containment.enclose(leader, run, TreeLimits.NONE);
        go();
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        Awaitility.await().until(() -> sleepers().size() == 1);
        OrphanScanner remains = containment().remains();
        assertThat(remains.look().runs()).contains(run);
        assertThat(remains.look().processes(run::equals))
                .extracting(OrphanScanner.Left::pid)
                .containsExactly(sleepers().getFirst().pid());
        assertThat(tree.sweep().killed()).isEqualTo(1);
        assertThat(remains.look().processes(run::equals)).isEmpty();
        assertThat(remains.look().runs()).doesNotContain(run);
    }

    @Test
    void the_sampler_sees_it_too_and_the_tree_remembers() throws Exception {
        Terminal leader = start(HIDE, run, recording);
        ProcessTree tree = containment.enclose(leader, run, TreeLimits.NONE);
        TreeSampler sampler = new TreeSampler();
        assertThat(seen(sampler, tree)).isPositive();
        go();
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        Awaitility.await().until(() -> sleepers().size() == 1);
        assertThat(seen(sampler, tree)).isEqualTo(1);
        assertThat(tree.sweep().killed()).isEqualTo(1);
        assertThat(seen(sampler, tree)).isZero();
    }

    @Test
    void the_kernel_takes_a_task_before_the_worker_when_memory_is_short() throws Exception {
        Terminal leader = start("SLEEP & wait", run, recording);
        ProcessTree tree = containment.enclose(leader, run, TreeLimits.NONE);
        int own = ProcFs.oomScoreAdjustment(ProcFs.SELF).orElseThrow();
        go();
        Awaitility.await().until(() -> sleepers().size() == 1);
        assertThat(ProcFs.oomScoreAdjustment(sleepers().getFirst().pid())).hasValue(Math.min(1000, own + 500));
        assertThat(tree.end(leader, new Grace(Duration.ZERO, Duration.ZERO)).survivors())
                .isEmpty();
    }
}
