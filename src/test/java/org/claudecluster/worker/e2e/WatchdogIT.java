package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way in which the worker ends a run, produced by a shell that stands for the CLI; after each, nothing is left. */
class WatchdogIT {

    /** No other process of this machine sleeps for so long: found by its command line, whatever else it hides. */
    private static final String SLEEP = "sleep 86399.125";

    private static final String SUCCESS = "echo '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,"
            + "\"result\":\"done\",\"total_cost_usd\":0.25}'\n";

    @TempDir
    static Path home;

    private static Supervised worker;

    @BeforeAll
    static void start() throws IOException {
        WorkerSetup setup = WorkerSetup.in(home)
                .withCli(WorkerSetup.shellCli(home))
                .with("ANTHROPIC_API_KEY", "sk-ant-api03-not-used-by-a-shell")
                .with("WORKER_WATCHDOG_FIRST_BYTE", "1500ms")
                .with("WORKER_WATCHDOG_NO_OUTPUT", "3s")
                .with("WORKER_WATCHDOG_LINGERING", "1s")
                .with("WORKER_WATCHDOG_PROMPT", "1s")
                .with("WORKER_TASK_MEMORY", "300M")
                .with("WORKER_TASK_PROCESSES", "60")
                .with("WORKER_TASK_DISK", "40M")
                .with("WORKER_EXECUTOR_GRACE_INTERRUPT", "300ms")
                .with("WORKER_EXECUTOR_GRACE_TERMINATE", "300ms");
        worker = Supervised.start(setup, SLEEP);
    }

    @AfterAll
    static void stop() {
        worker.close();
    }

    @AfterEach
    void nothingIsLeft() {
        worker.assertNothingIsLeft();
    }

    static Stream<Arguments> endings() {
        return Stream.of(
                Arguments.of(SLEEP, "never_started"),
                Arguments.of("echo hello; " + SLEEP, "no_output"),
                Arguments.of("trap '' INT TERM HUP; echo hello; while :; do " + SLEEP + "; done", "no_output"),
                Arguments.of("printf '\\033[?2004hTrust this directory?'; " + SLEEP, "permission_blocked"),
                Arguments.of(
                        "echo hello; head -c 2000000000 /dev/zero | tail -c 2000000000 | " + SLEEP, "out_of_memory"),
                Arguments.of("echo hello; for i in $(seq 100); do " + SLEEP + " & done; wait", "process_limit"),
                Arguments.of("yes | head -c 3000000; " + SLEEP, "output_limit"));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void a_run_that_hangs_or_takes_too_much_is_ended_with_its_reason(String script, String reason) {
        JsonNode task = run(script);

        assertThat(task.path("status").asText()).isEqualTo("failed");
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo(reason);
        assertThat(task.path("outcome").path("message").asText()).isNotBlank();
        assertThat(worker.worker().log())
                .contains(
                        "the watchdog ends a run taskId=" + task.path("taskId").asText());
    }

    @Test
    void a_run_that_fills_the_disk_is_ended() {
        JsonNode task = run("echo hello; head -c 60000000 /dev/zero > big; "
                + "for i in $(seq 300); do echo still here; sleep 0.1; done");

        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("no_space");
        assertThat(task.path("outcome").path("message").asText()).contains("worker.task.disk");
    }

    @Test
    void a_result_counts_though_its_program_will_not_end() {
        JsonNode task = run("trap '' INT TERM HUP\n" + SUCCESS + "while :; do " + SLEEP + "; done");

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("lingering");
        assertThat(task.path("result").path("text").asText()).isEqualTo("done");
    }

    @Test
    void a_silent_program_that_computes_is_left_alone() {
        JsonNode task = run("echo hello; timeout 6 sh -c 'while :; do :; done'; echo done");

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("footprint").path("cpuSeconds").asDouble()).isGreaterThan(0.3);
        assertThat(task.path("footprint").path("peakProcesses").asInt()).isGreaterThanOrEqualTo(3);
        assertThat(task.path("footprint").path("peakMemoryBytes").asLong()).isGreaterThan(1_000_000);
    }

    @Test
    void what_leaves_session_and_environment_and_parents_is_ended_with_the_run() {
        JsonNode task = run("echo hello; (env -i setsid nohup sh -c '(" + SLEEP + " &) ; " + SLEEP
                + "' >/dev/null 2>&1 &); sleep 1.5; exit 3");

        assertThat(task.path("outcome").path("exitCode").asInt()).isEqualTo(3);
    }

    @Test
    void fifty_processes_that_ignore_all_signals_are_gone_about_as_soon_as_one() {
        Duration one = endOf(1);
        Duration fifty = endOf(50);

        // Waiting out the grace is most of either; each process ended for itself would be many times that.
        assertThat(fifty).isLessThan(one.multipliedBy(5));
    }

    /** The time from the cancel until a tree with so many processes was gone and its task has ended. */
    private static Duration endOf(int processes) {
        String id = worker.api()
                .submit("trap '' INT TERM HUP; echo hello; for i in $(seq " + processes
                        + "); do (trap '' INT TERM HUP; setsid " + SLEEP
                        + " &) ; done; while :; do sleep 0.2; echo .; done");
        worker.awaitSleepers(processes);

        long begin = System.nanoTime();
        worker.api().post("/tasks/" + id + "/cancel", "");
        JsonNode task = worker.api().awaitEnd(id);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        assertThat(task.path("status").asText()).isEqualTo("cancelled");
        worker.assertNothingIsLeft();
        return took;
    }

    @Test
    void an_interrupt_lets_the_program_report_what_it_used() {
        String id = worker.api()
                .submit("trap 'sleep 1; " + SUCCESS.strip().replace("'", "'\"'\"'")
                        + "; exit 1' INT; echo hello; while :; do sleep 0.1; echo .; done");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> worker.api().output(id).contains("hello"));

        assertThat(worker.api().post("/tasks/" + id + "/interrupt", "").statusCode())
                .isEqualTo(202);
        JsonNode task = worker.api().awaitEnd(id);

        assertThat(task.path("status").asText()).isEqualTo("cancelled");
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("interrupted");
        assertThat(task.path("result").path("costUsd").asDouble()).isEqualTo(0.25);
        assertThat(worker.api().post("/tasks/" + id + "/interrupt", "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void what_the_watchdog_does_is_counted() {
        run(SLEEP);

        assertThat(worker.api().get("/q/metrics").body().lines())
                .anyMatch(line -> line.matches("worker_watchdog_ended_total\\{cause=\"never_started\"} [1-9].*"))
                .anyMatch(
                        line -> line.matches(
                                "worker_tasks_finished_total\\{executor=\"pty\",reason=\"never_started\",status=\"failed\"} [1-9].*"));
    }

    private static JsonNode run(String script) {
        return worker.run(Api.body(script));
    }
}
