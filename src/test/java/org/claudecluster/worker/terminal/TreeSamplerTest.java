package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
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
    /** Of CPU time; 10 to 14 ms were measured on a busy machine. */
    private static final Duration GENEROUS = Duration.ofMillis(60);

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
        Containment containment = Containment.detect(Commands.MARKER, directory, CgroupUse.NEVER);
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
        assertThat(sample(idle).cpu()).isLessThan(Duration.ofMillis(100));
        Duration before = sample(busy).cpu();
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
    void without_trees_nothing_is_read() {
        assertThat(sampler.sample(List.of())).isEqualTo(Map.of());
    }

    @Test
    void fifty_trees_cost_little() {
        List<ProcessTree> many = IntStream.range(0, MANY)
                .mapToObj(_ -> start("sleep 600 & sleep 600 & sleep 600; :"))
                .toList();
        Awaitility.await()
                .until(() -> sampler.sample(many).values().stream().allMatch(usage -> usage.processes() == 4));
        long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        IntStream.range(0, PASSES).forEach(_ -> assertThat(sampler.sample(many)).hasSize(MANY));
        long each = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began) / PASSES;
        assertThat(Duration.ofNanos(each)).isLessThan(GENEROUS);
    }
}
