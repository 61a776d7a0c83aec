package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.claudecluster.worker.process.LinuxProcessTable;
import org.claudecluster.worker.process.OrphanScanner;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.TreeEnd;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.process.linux.Signal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a leader started is found and ended, whichever launcher started the leader. */
@Timeout(60)
abstract class PtyProcessTreeContract {
    private static final Grace SHORT = new Grace(Duration.ofMillis(300), Duration.ofMillis(300));

    /** Says which processes are this test's, whatever their environment and session: they all sleep so many seconds. */
    private final String seconds = Integer.toString(ThreadLocalRandom.current().nextInt(1_000_000_000, 2_000_000_000));

    private final String task = UUID.randomUUID().toString();
    private final Recording recording = new Recording();

    abstract PtyLauncher launcher();

    @TempDir
    Path notes;

    @BeforeAll
    static void adopt() {
        ProcessTree.adoptOrphans();
    }

    @AfterEach
    void nothing_is_left_on_the_machine() {
        List<ProcessHandle> left = sleepers();
        left.forEach(ProcessHandle::destroyForcibly);
        assertThat(left).isEmpty();
    }

    private List<ProcessHandle> sleepers() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().arguments().stream()
                        .anyMatch(arguments -> String.join(" ", arguments).contains(seconds)))
                .toList();
    }

    private Terminal start(String script) throws LaunchException {
        return launcher()
                .launch(Commands.marked(Commands.sh(script.replace("SLEEP", "sleep " + seconds)), task), recording);
    }

    private ProcessTree tree(Terminal leader) {
        return new ProcessTree(Commands.MARKER, task, leader.pid());
    }

    private void endsWith(String script) throws Exception {
        Terminal leader = start(script + "\necho ready; SLEEP");
        ProcessTree tree = tree(leader);
        recording.awaitText("ready");
        assertThat(tree.members()).contains(leader.pid()).hasSizeGreaterThan(1);
        TreeEnd end = tree.end(leader, SHORT);
        assertThat(end.survivors()).isEmpty();
        assertThat(leader.alive()).isFalse();
        assertThat(tree.members()).isEmpty();
    }

    @Test
    void a_leader_that_ends_by_itself_leaves_nothing() throws Exception {
        Terminal leader = start("exit 3");
        ProcessTree tree = tree(leader);
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(3));
        assertThat(tree.members()).isEmpty();
        assertThat(tree.sweep()).isEqualTo(new TreeEnd(Optional.empty(), 0, Set.of()));
        assertThat(tree.end(leader, SHORT)).isEqualTo(new TreeEnd(Optional.empty(), 0, Set.of()));
    }

    @Test
    void an_obedient_leader_gets_one_interrupt() throws Exception {
        Terminal leader = start("echo ready; exec SLEEP");
        ProcessTree tree = tree(leader);
        recording.awaitText("ready");
        TreeEnd end = tree.end(leader, Grace.DEFAULT);
        assertThat(end.lastSignal()).contains(Signal.INTERRUPT);
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Signalled(2));
    }

    @Test
    void a_leader_deaf_to_the_interrupt_gets_a_terminate() throws Exception {
        Terminal leader = start("trap '' INT; echo ready; SLEEP");
        recording.awaitText("ready");
        assertThat(tree(leader).end(leader, SHORT).lastSignal()).contains(Signal.TERMINATE);
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Signalled(15));
    }

    @Test
    void a_leader_deaf_to_both_is_killed() throws Exception {
        Terminal leader = start("trap '' INT TERM HUP; echo ready; SLEEP; SLEEP");
        recording.awaitText("ready");
        TreeEnd end = tree(leader).end(leader, SHORT);
        assertThat(end.lastSignal()).contains(Signal.KILL);
        assertThat(end.killed()).isPositive();
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Signalled(9));
    }

    @Test
    void children_in_the_background_are_ended() throws Exception {
        endsWith("SLEEP & SLEEP &");
    }

    @Test
    void children_under_nohup_are_ended() throws Exception {
        endsWith("nohup SLEEP >/dev/null 2>&1 &");
    }

    @Test
    void children_in_sessions_of_their_own_are_ended() throws Exception {
        endsWith("setsid SLEEP </dev/null >/dev/null 2>&1 &");
    }

    @Test
    void children_in_process_groups_of_their_own_are_ended() throws Exception {
        endsWith("set -m; SLEEP & set +m");
    }

    @Test
    void children_deaf_to_signals_are_ended() throws Exception {
        endsWith("(trap '' INT TERM HUP; SLEEP; SLEEP) &");
    }

    @Test
    void orphans_in_sessions_of_their_own_are_ended() throws Exception {
        endsWith("setsid sh -c '(trap \"\" TERM HUP; SLEEP; SLEEP) & (setsid SLEEP &) ' </dev/null >/dev/null 2>&1");
    }

    @Test
    void children_without_environment_are_ended_as_descendants() throws Exception {
        endsWith("env -i /usr/bin/setsid /bin/sh -c '/usr/bin/env -i /bin/SLEEP & exec /bin/SLEEP' >/dev/null 2>&1 &");
    }

    @Test
    void an_orphan_without_environment_is_found_by_its_session() throws Exception {
        Terminal leader = start("trap '' HUP; (env -i /bin/SLEEP >/dev/null 2>&1 &); echo ready");
        ProcessTree tree = tree(leader);
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        assertThat(tree.members()).hasSize(1).doesNotContain(leader.pid());
        assertThat(tree.sweep().killed()).isEqualTo(1);
    }

    @Test
    void an_orphan_without_environment_and_session_is_known_once_it_was_seen() throws Exception {
        Terminal leader = start("env -i /usr/bin/setsid /bin/SLEEP >/dev/null 2>&1 & echo ready; exec cat /dev/tty");
        ProcessTree tree = tree(leader);
        recording.awaitText("ready");
        Awaitility.await().until(() -> tree.members().size() == 2 && sleepers().size() == 1);
        assertThat(leader.signal(Signal.KILL)).isTrue();
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Signalled(9));
        assertThat(tree.sweep().killed()).isEqualTo(1);
    }

    @Test
    void trees_side_by_side_are_not_mixed_up() throws Exception {
        Recording other = new Recording();
        Terminal otherLeader = launcher()
                .launch(
                        Commands.marked(
                                Commands.sh("trap '' HUP; setsid -f sleep " + seconds + "; echo up"), "other-" + task),
                        other);
        ProcessTree otherTree = new ProcessTree(Commands.MARKER, "other-" + task, otherLeader.pid());
        Terminal leader = start("trap '' HUP; setsid -f SLEEP; echo up");
        ProcessTree tree = tree(leader);
        assertThat(other.exit()).isEqualTo(new ProcessExit.Exited(0));
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        assertThat(tree.members()).hasSize(1).doesNotContainAnyElementsOf(otherTree.members());
        assertThat(tree.sweep().killed()).isEqualTo(1);
        assertThat(otherTree.members()).hasSize(1);
        assertThat(otherTree.sweep().killed()).isEqualTo(1);
    }

    @Test
    void without_a_list_of_orphans_the_whole_machine_is_searched() throws Exception {
        Terminal leader =
                start("setsid -f SLEEP; env -i /usr/bin/setsid /bin/SLEEP >/dev/null 2>&1 & echo ready; SLEEP");
        ProcessTree tree = new ProcessTree(
                leader.pid(),
                new LinuxProcessTable(
                        LinuxProcessTable.Marks.ofEnvironment(Commands.MARKER, task), leader.pid(), true));
        recording.awaitText("ready");
        Awaitility.await().until(() -> sleepers().size() == 4);
        assertThat(tree.members()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(tree.end(leader, SHORT).survivors()).isEmpty();
        assertThat(tree.members()).isEmpty();
    }

    @Test
    void the_marked_are_found_with_their_values() throws Exception {
        Terminal leader = start("echo ready; exec SLEEP");
        recording.awaitText("ready");
        OrphanScanner remains = new Containment(Commands.MARKER, notes, CgroupUse.NEVER).remains();
        assertThat(remains.look().processes(task::equals))
                .extracting(OrphanScanner.Left::pid)
                .containsExactly(leader.pid());
        assertThat(tree(leader).end(leader, SHORT).survivors()).isEmpty();
        assertThat(remains.look().runs()).doesNotContain(task);
    }
}
