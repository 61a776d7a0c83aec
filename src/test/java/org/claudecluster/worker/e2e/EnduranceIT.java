package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What many tasks cost, and what they leave. A shell stands for the CLI. */
@Isolated("measures processor time")
class EnduranceIT {

    private static final int SLOTS = 50;

    @TempDir
    Path home;

    private WorkerSetup setup;
    private WorkerProcess worker;

    @BeforeEach
    void start() throws IOException {
        Path temporary = Files.createDirectory(home.resolve("tmp"));
        setup = WorkerSetup.in(home)
                .withCli(WorkerSetup.shellCli(home))
                .with("ANTHROPIC_API_KEY", "sk-ant-api03-not-used-by-a-shell")
                .with("MAX_CONCURRENT_PROCESSES", String.valueOf(SLOTS))
                .withOption("-Djava.io.tmpdir=" + temporary);
        worker = setup.start();
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    /** What could pile up. */
    private record Left(int descriptors, long terminals, long zombies, List<String> temporaries, List<String> runs) {}

    private Left left() {
        return new Left(
                Machine.descriptorsOf(worker.pid()),
                worker.openTerminals(),
                Machine.zombiesOf(worker.pid()),
                namesIn(home.resolve("tmp")),
                setup.left("cli/runs"));
    }

    private static List<String> namesIn(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void runTasks(int count) {
        List<String> ids = IntStream.range(0, count)
                .mapToObj(number -> worker.api()
                        .submit("echo " + number + "; (setsid true &); echo x > \"$TMPDIR/file\"; true | cat"))
                .toList();
        ids.forEach(id ->
                assertThat(worker.api().awaitEnd(id).path("status").asText()).isEqualTo("completed"));
    }

    @Test
    void two_thousand_tasks_leave_nothing_behind() {
        runTasks(200);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> worker.openTerminals() == 0 && worker.api().activeTasks() == 0);
        Left before = left();
        int threads = Machine.threadsOf(worker.pid());

        runTasks(2_000);

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Left after = left();
            assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors() + 8);
            assertThat(after.terminals()).isZero();
            assertThat(after.zombies()).isZero();
            assertThat(after.temporaries()).isEqualTo(before.temporaries());
            assertThat(after.runs()).isEmpty();
            assertThat(Machine.threadsOf(worker.pid())).isLessThanOrEqualTo(threads + 8);
        });
        assertThat(namesIn(setup.dataDir().resolve("cli/tmp"))).allMatch(".spare"::equals);
    }

    @Test
    void to_watch_fifty_runs_takes_less_than_three_hundredths_of_a_core() {
        IntStream.range(0, SLOTS).forEach(_ -> worker.api().submit("echo hello; sleep 6000 & sleep 6000 | cat"));
        await().atMost(Duration.ofSeconds(30)).until(() -> worker.api().activeTasks() == SLOTS);
        await("the start's own work is done")
                .pollInterval(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(60))
                .until(() -> cpuShare(Duration.ofSeconds(3)) < 0.10);

        double share = cpuShare(Duration.ofSeconds(20));

        assertThat(share).as("share of one core").isLessThan(0.03);
        worker.api().allTaskIds("&status=running").forEach(id -> worker.api().post("/tasks/" + id + "/cancel", ""));
        await().atMost(Duration.ofSeconds(30)).until(() -> worker.api().activeTasks() == 0);
    }

    /** What the worker uses of one core for so long, by the kernel's count. */
    private double cpuShare(Duration period) {
        Duration before = Machine.cpuOf(worker.pid());
        long begin = System.nanoTime();
        await().pollDelay(period).atMost(period.plusSeconds(30)).until(() -> true);
        Duration used = Machine.cpuOf(worker.pid()).minus(before);
        return used.toNanos() / (double) (System.nanoTime() - begin);
    }
}
