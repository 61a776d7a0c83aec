package org.claudecluster.worker.process.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.claudecluster.worker.process.CgroupUse;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.Grace;
import org.claudecluster.worker.process.LinuxProcessTable;
import org.claudecluster.worker.process.OrphanScanner;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.TreeLimits;
import org.claudecluster.worker.process.TreeSampler;
import org.claudecluster.worker.process.TreeUsage;
import org.claudecluster.worker.terminal.Commands;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.terminal.PtyLaunchers;
import org.claudecluster.worker.terminal.Recording;
import org.claudecluster.worker.terminal.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the worker starts for itself, such as git, beside the births of runs: it is nobody's, and nobody ends it. */
@Timeout(120)
class OwnProcessesTest {

    private static final int MANY = 60;

    @TempDir
    Path notes;

    private final String run = UUID.randomUUID() + ".1";

    @BeforeAll
    static void adopt() {
        ProcessTree.adoptOrphans();
    }

    /** An own one that was born when it should not have been: while our soft limit was the run's brand. */
    private Process bornUnderTheBrand() throws Exception {
        Process[] own = {null};
        Process[] other = {null};
        long _ = ProcessTag.of(run).<Exception>onBirth(() -> {
            own[0] = OwnProcesses.start(new ProcessBuilder("sleep", "600"));
            other[0] = new ProcessBuilder("true").start();
            return other[0].pid();
        });
        assertThat(ProcessTag.ofBirthIn(ProcFs.limits(own[0].pid()))).contains(ProcessTag.of(run));
        return own[0];
    }

    private Terminal leader(String script) throws LaunchException {
        return PtyLaunchers.ffm()
                .launch(Commands.marked(Commands.sh(script), run).ofRun(run), new Recording());
    }

    @Test
    void one_that_was_lent_a_run_s_brand_is_not_the_run_s_in_anybody_s_eyes() throws Exception {
        Containment containment = new Containment(Commands.MARKER, notes, CgroupUse.NEVER);
        containment.expect(run);
        Terminal leader = leader("sleep 600; :");
        ProcessTree tree = containment.enclose(leader, run, TreeLimits.NONE);
        Process own = bornUnderTheBrand();
        LinuxProcessTable.Marks marks =
                new LinuxProcessTable.Marks(Commands.MARKER, run, Optional.of(ProcessTag.of(run)), Optional.empty());

        assertThat(new LinuxProcessTable(marks, leader.pid(), false).members()).doesNotContainKey(own.pid());
        assertThat(new LinuxProcessTable(marks, leader.pid(), true).members()).doesNotContainKey(own.pid());
        assertThat(new TreeSampler().sample(Set.of(tree)).values())
                .extracting(TreeUsage::processes)
                .containsExactly(2);
        assertThat(containment.remains().look().processes(run::equals))
                .extracting(OrphanScanner.Left::pid)
                .contains(leader.pid())
                .doesNotContain(own.pid());

        assertThat(tree.end(leader, new Grace(Duration.ZERO, Duration.ZERO)).survivors())
                .isEmpty();
        assertThat(own.isAlive()).isTrue();
        own.destroyForcibly().waitFor();
    }

    @Test
    void beside_many_births_none_wears_a_run_s_brand_and_all_outlive_the_runs() throws Exception {
        CompletableFuture<List<Process>> starting = CompletableFuture.supplyAsync(
                () -> IntStream.range(0, MANY).mapToObj(_ -> own()).toList());
        Containment containment = new Containment(Commands.MARKER, notes, CgroupUse.NEVER);
        List<Boolean> ended = IntStream.range(0, MANY)
                .mapToObj(number -> isBornAndEnded(containment, "run-" + number))
                .toList();
        List<Process> own = starting.get();

        assertThat(ended).containsOnly(true);
        assertThat(own).allMatch(Process::isAlive);
        assertThat(own)
                .allMatch(process ->
                        ProcessTag.ofBirthIn(ProcFs.limits(process.pid())).isEmpty());
        own.forEach(Process::destroyForcibly);
    }

    private static Process own() {
        try {
            return OwnProcesses.start(new ProcessBuilder("sleep", "600"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isBornAndEnded(Containment containment, String name) {
        try {
            Terminal leader = PtyLaunchers.ffm()
                    .launch(Commands.marked(Commands.sh("sleep 600"), name).ofRun(name), new Recording());
            ProcessTree tree = containment.enclose(leader, name, TreeLimits.NONE);
            return tree.end(leader, new Grace(Duration.ZERO, Duration.ZERO))
                    .survivors()
                    .isEmpty();
        } catch (LaunchException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
