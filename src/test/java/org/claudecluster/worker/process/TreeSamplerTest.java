package org.claudecluster.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.Signal;
import org.claudecluster.worker.terminal.Commands;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.terminal.PtyLaunchers;
import org.claudecluster.worker.terminal.Recording;
import org.claudecluster.worker.terminal.Terminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TreeSamplerTest {

    private static final long MIB = 1 << 20;
    private static final int MANY = 50;
    private static final int PASSES = 20;
    /** The shell and what it started. */
    private static final int EACH = 4;

    @TempDir
    Path directory;

    private final TreeSampler sampler = new TreeSampler();
    private final List<Terminal> leaders = new ArrayList<>();
    private final List<ProcessTree> trees = new ArrayList<>();

    @BeforeAll
    static void adopt() {
        ProcessTree.adoptOrphans();
    }

    @AfterEach
    void end() throws InterruptedException {
        Grace none = new Grace(Duration.ZERO, Duration.ZERO);
        for (int i = 0; i < trees.size(); i++) {
            assertThat(trees.get(i).end(leaders.get(i), none).survivors()).isEmpty();
        }
    }

    private ProcessTree start(String script) {
        Containment containment = new Containment(Commands.MARKER, directory, CgroupUse.NEVER);
        String run = UUID.randomUUID().toString();
        try {
            Terminal leader = PtyLaunchers.ffm()
                    .launch(Commands.marked(Commands.sh(script), run).ofRun(run), new Recording());
            ProcessTree tree = containment.enclose(leader, run, TreeLimits.NONE);
            leaders.add(leader);
            trees.add(tree);
            return tree;
        } catch (LaunchException e) {
            throw new AssertionError(e);
        }
    }

    private TreeUsage sample(ProcessTree tree) {
        return sampler.sample(trees).getOrDefault(tree, TreeUsage.NONE);
    }

    @Test
    void a_tree_that_takes_memory_is_seen_beside_one_that_does_not() {
        ProcessTree small = start("sleep 600; :");
        ProcessTree large = start("(head -c 67108864 /dev/zero; sleep 600) | tail -c 67108864 | sleep 600");
        Awaitility.await().until(() -> sample(large).residentBytes() > 64 * MIB);
        assertThat(sample(large).processes()).isGreaterThanOrEqualTo(4);
        assertThat(sample(small).residentBytes()).isBetween(MIB / 4, 32 * MIB);
        assertThat(sample(small).processes()).isEqualTo(2);
    }

    @Test
    void a_tree_that_burns_time_is_seen_and_what_has_gone_stays_counted() {
        ProcessTree idle = start("sleep 600; :");
        ProcessTree busy = start("while :; do timeout 0.2 sh -c 'while :; do :; done'; done");
        Awaitility.await().until(() -> sample(busy).cpu().compareTo(Duration.ofMillis(600)) > 0);
        Duration before = sample(busy).cpu();
        assertThat(sample(idle).cpu().multipliedBy(4)).isLessThan(before);
        assertThat(leaders.getLast().signal(Signal.KILL)).isTrue();
        assertThat(sample(busy).cpu()).isGreaterThanOrEqualTo(before);
    }

    @Test
    void a_tree_that_has_ended_takes_nothing_more() {
        ProcessTree tree = start("exit 0");
        Awaitility.await().until(() -> !leaders.getFirst().alive());
        assertThat(sample(tree).residentBytes()).isZero();
        assertThat(sample(tree).processes()).isZero();
    }

    @Test
    void a_look_at_one_tree_blinds_nobody_to_what_another_has_started_and_lost_since() throws Exception {
        ProcessTree one = start("sleep 600; :");
        String go = directory.resolve("go").toString();
        ProcessTree other = start("until [ -e " + go + " ]; do sleep 0.01; done;"
                + " (env -i /usr/bin/setsid -f /bin/sleep 600) >/dev/null 2>&1; echo done; exec sleep 600");
        Awaitility.await().until(() -> sample(other).processes() >= 1);
        Files.createFile(directory.resolve("go"));
        Awaitility.await().until(() -> sampler.sampleOne(one).processes() == 2 && adopted() > 0);

        assertThat(sampler.sampleOne(one).processes()).isEqualTo(2);
        assertThat(sample(other).processes()).isEqualTo(2);
    }

    @Test
    void what_was_nobody_s_before_its_tree_began_to_be_watched_is_seen_at_the_next_look() {
        ProcessTree early = start("sleep 600; :");
        assertThat(sample(early).processes()).isPositive();
        ProcessTree late = start("(env -i /usr/bin/setsid -f /bin/sleep 600) >/dev/null 2>&1; exec sleep 600");
        Awaitility.await().until(() -> adopted() > 0);
        // As if the look began before the tree was watched.
        assertThat(sampler.sample(List.of(early))).hasSize(1);

        assertThat(sample(late).processes()).isEqualTo(2);
    }

    private static long adopted() {
        return ProcFs.adopted().stream()
                .flatMap(pid -> ProcFs.stat(pid).stream())
                .filter(stat -> !stat.dead())
                .count();
    }

    @Test
    void without_trees_nothing_is_read() {
        assertThat(sampler.sample(List.of())).isEqualTo(Map.of());
    }

    @Test
    void fifty_trees_cost_about_as_much_as_a_small_read_for_each_process() {
        List<ProcessTree> many = IntStream.range(0, MANY)
                .mapToObj(_ -> start("sleep 600 & sleep 600 & sleep 600; :"))
                .toList();
        Awaitility.await()
                .until(() -> sampler.sample(many).values().stream().allMatch(usage -> usage.processes() == EACH));

        long sampled = cpu(() -> assertThat(sampler.sample(many)).hasSize(MANY));
        long read = cpu(() -> leaders.forEach(leader -> IntStream.range(0, EACH)
                .forEach(_ -> assertThat(ProcFs.stat(leader.pid())).isPresent())));

        // 1.1 to 2 were measured; what reads all of each process is ten times as dear.
        assertThat(sampled).isLessThan(6 * read);
    }

    /** Of this thread, for one of many passes. */
    private static long cpu(Runnable pass) {
        IntStream.range(0, PASSES).forEach(_ -> pass.run());
        long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        IntStream.range(0, PASSES).forEach(_ -> pass.run());
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began) / PASSES;
    }
}
