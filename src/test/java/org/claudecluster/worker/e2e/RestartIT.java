package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged worker is killed with SIGKILL and started again on the same data directory. */
class RestartIT {

    private static final int CLIENTS = 4;
    private static final int ACCEPTED_BEFORE_THE_KILL = 200;
    private static final int MOST_PER_CLIENT = 1_000;
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path home;

    @Test
    void no_acknowledged_task_is_lost_by_a_kill_in_the_middle_of_an_insert_loop() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home).with("MAX_CONCURRENT_PROCESSES", "2");
        List<String> accepted;
        try (WorkerProcess worker = setup.start();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < CLIENTS; client++) {
                clients.execute(() -> insertUntilRefused(worker.api()));
            }
            await().atMost(LONG)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> worker.api().accepted().size() >= ACCEPTED_BEFORE_THE_KILL);
            worker.kill();
            clients.shutdown();
            accepted = List.copyOf(worker.api().accepted());
        }
        try (WorkerProcess next = setup.start()) {
            assertThat(next.api().allTaskIds()).doesNotHaveDuplicates().containsAll(accepted);
            await("every task reaches its one end")
                    .atMost(LONG)
                    .until(() -> next.api().allTaskIds("&status=pending").isEmpty()
                            && next.api().activeTasks() == 0);
        }
    }

    /** The loop ends with the first request that is not answered, which is the kill's. */
    private static void insertUntilRefused(Api api) {
        try {
            for (int i = 0; i < MOST_PER_CLIENT; i++) {
                api.submit("#stub\nprint one of many");
            }
        } catch (UncheckedIOException _) {
            return;
        }
    }

    @Test
    void a_task_that_ran_at_the_kill_is_told_as_lost_with_its_output_and_without_its_processes() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home).withCli(WorkerSetup.shellCli(home));
        String task;
        try (WorkerProcess worker = setup.start()) {
            task = worker.api().submit("(setsid nohup sleep 6000 >/dev/null 2>&1 &); echo before the kill; sleep 6000");
            awaitFlushed(setup, "before the kill");
            worker.kill();
            // What makes the sweep at the next start necessary: this one survives its terminal.
            assertThat(Machine.processesOf(List.of(task)).values()).anyMatch(command -> command.contains("sleep"));
            await().until(() -> !Machine.processesOf(List.of(task)).isEmpty());
            restartAndExpectLost(setup, task);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void what_hid_from_everybody_before_the_kill_is_ended_all_the_same(String cgroup) throws Exception {
        WorkerSetup setup =
                WorkerSetup.in(home).withCli(WorkerSetup.shellCli(home)).with("WORKER_EXECUTOR_CGROUP", cgroup);
        String hidden = "/bin/sleep " + ThreadLocalRandom.current().nextInt(1_000_000_000, 2_000_000_000);
        try (WorkerProcess worker = setup.start()) {
            String task = worker.api()
                    .submit("(env -i /usr/bin/setsid -f " + hidden
                            + " >/dev/null 2>&1); echo before the kill; sleep 6000");
            awaitFlushed(setup, "before the kill");
            worker.kill();
            assertThat(Machine.running(hidden)).hasSize(1);
            restartAndExpectLost(setup, task);
            assertThat(Machine.running(hidden)).isEmpty();
            assertThat(setup.left("cli/runs")).isEmpty();
        }
    }

    private static void restartAndExpectLost(WorkerSetup setup, String task) throws IOException {
        try (WorkerProcess next = setup.start()) {
            JsonNode lost = next.api().awaitEnd(task);
            assertThat(lost.path("status").asText()).isEqualTo("failed");
            assertThat(lost.path("outcome").path("reason").asText()).isEqualTo("worker_lost");
            assertThat(lost.path("attempt").asInt()).isOne();
            assertThat(next.api().output(task)).isEqualTo("before the kill\r\n");
            assertThat(Machine.processesOf(List.of(task))).isEmpty();
        }
    }

    @Test
    void a_task_with_an_attempt_left_runs_again_and_its_output_goes_on() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home).withCli(WorkerSetup.shellCli(home));
        ObjectNode body = Api.body("""
                if [ -e flag ]; then echo second run; exit 0; fi
                touch flag; echo first run; (setsid nohup sleep 6000 >/dev/null 2>&1 &); sleep 6000
                """).put("maxAttempts", 2).put("workingDirectory", "shared");
        String task;
        try (WorkerProcess worker = setup.start()) {
            task = worker.api().submit(body);
            awaitFlushed(setup, "first run");
            worker.kill();
            restartAndExpectSecondRun(setup, task);
        }
    }

    private static void restartAndExpectSecondRun(WorkerSetup setup, String task) throws IOException {
        try (WorkerProcess next = setup.start()) {
            JsonNode again = next.api().awaitEnd(task);
            assertThat(again.path("status").asText()).as(again::toPrettyString).isEqualTo("completed");
            assertThat(again.path("attempt").asInt()).isEqualTo(2);
            assertThat(next.api().output(task)).isEqualTo("first run\r\nsecond run\r\n");
            assertThat(next.api().stream(task, 0).rest())
                    .extracting(SseStream.Event::id)
                    .doesNotHaveDuplicates()
                    .isSorted();
            assertThat(Machine.processesOf(List.of(task))).isEmpty();
        }
    }

    /** Waits until the text is in the files, without asking the worker, since a question would flush it. */
    private static void awaitFlushed(WorkerSetup setup, String text) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> onDisk(setup.dataDir().resolve("transcripts"), text));
    }

    private static boolean onDisk(Path directory, String text) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).anyMatch(file -> contains(file, text));
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException _) {
            return false;
        }
    }
}
