package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.claudecluster.worker.apistub.AnthropicStub;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the worker ends runs of the real CLI that hang, hide or take too much; after each, nothing is left. */
class RealCliSupervisionIT {

    /** No other process of this machine sleeps for so long: found by its command line, whatever else it hides. */
    private static final String SLEEP = "sleep 86398.25";

    @TempDir
    static Path home;

    private static AnthropicStub stub;
    private static Supervised worker;

    @BeforeAll
    static void startBoth() throws IOException {
        stub = AnthropicStub.start();
        WorkerSetup setup = WorkerSetup.in(home)
                .withCli(Path.of(System.getProperty("claude.cli", "")))
                .with("ANTHROPIC_BASE_URL", stub.baseUrl().toString())
                .with("ANTHROPIC_API_KEY", "sk-ant-api03-stub-key-0000000000000000000000000")
                .with("WORKER_WATCHDOG_NO_OUTPUT", "5s")
                .with("WORKER_EXECUTOR_GRACE_INTERRUPT", "2s")
                .with("WORKER_EXECUTOR_GRACE_TERMINATE", "1s")
                .with("WORKER_TASK_MEMORY", "1200M")
                .with("WORKER_TASK_PROCESSES", "200");
        worker = Supervised.start(setup, SLEEP);
    }

    @AfterAll
    static void stopBoth() throws IOException {
        worker.close();
        stub.close();
    }

    @AfterEach
    void nothingIsLeft() {
        worker.assertNothingIsLeft();
    }

    @ParameterizedTest
    @CsvSource({"[[stub:hang]]", "[[stub:stall]]", "[[stub:pings]]"})
    void an_api_that_is_silent_ends_the_run(String prompt) {
        JsonNode task = worker.run(Api.body(prompt));

        assertThat(task.path("status").asText()).isEqualTo("failed");
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("no_output");
        assertThat(task.path("outcome").path("durationMs").asLong()).isGreaterThanOrEqualTo(5_000L);
    }

    @Test
    void a_tool_at_work_is_no_silence() {
        JsonNode task = worker.run(bash("sleep 8; echo slept"));

        assertThat(task.path("status").asText()).isEqualTo("completed");
        assertThat(task.path("result").path("text").asText()).contains("slept");
    }

    @Test
    void a_tool_that_takes_two_gigabytes_ends_its_task_and_not_the_worker() {
        JsonNode task = worker.run(bash("head -c 2000000000 /dev/zero | tail -c 2000000000 | " + SLEEP));

        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("out_of_memory");
        assertThat(task.path("outcome").path("message").asText()).contains("worker.task.memory");
        assertThat(task.path("footprint").path("peakMemoryBytes").asLong()).isGreaterThan(1_200_000_000L);
        assertThat(worker.api().isReady()).isTrue();
    }

    @Test
    void what_a_tool_hides_is_ended_with_its_task() {
        String hidden = "env -i setsid nohup sh -c 'trap \\\"\\\" INT TERM HUP; (" + SLEEP + " &); " + SLEEP + "'";
        String id = worker.api().submit(bash("(" + hidden + " >/dev/null 2>&1 &); sleep 6000"));
        worker.awaitSleepers(2);

        worker.api().post("/tasks/" + id + "/cancel", "");

        assertThat(worker.api().awaitEnd(id).path("status").asText()).isEqualTo("cancelled");
    }

    @Test
    void a_tree_of_a_hundred_processes_is_gone_about_as_soon_as_one_of_one() {
        Duration one = endOf(1);
        Duration hundred = endOf(100);

        // The CLI's own end is most of either.
        assertThat(hundred).isLessThan(one.multipliedBy(5));
    }

    /** The time from the cancel until a tool's processes were gone and its task has ended. */
    private static Duration endOf(int processes) {
        String id =
                worker.api().submit(bash("for i in $(seq " + processes + "); do setsid " + SLEEP + " & done; wait"));
        worker.awaitSleepers(processes);

        long begin = System.nanoTime();
        worker.api().post("/tasks/" + id + "/cancel", "");
        JsonNode task = worker.api().awaitEnd(id);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        assertThat(task.path("footprint").path("peakProcesses").asInt()).isGreaterThanOrEqualTo(processes);
        worker.assertNothingIsLeft();
        return took;
    }

    @Test
    void a_flood_of_output_ends_where_that_is_wished() {
        JsonNode task = worker.run(Api.body("[[stub:big bytes=3000000]]"));

        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("output_limit");
    }

    @Test
    void an_interrupt_ends_the_turn_and_what_it_cost_is_told() {
        String id = worker.api().submit(bash("echo begun; " + SLEEP));
        worker.awaitSleepers(1);

        assertThat(worker.api().post("/tasks/" + id + "/interrupt", "").statusCode())
                .isEqualTo(202);
        JsonNode task = worker.api().awaitEnd(id);

        assertThat(task.path("status").asText()).isEqualTo("cancelled");
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("interrupted");
        assertThat(task.path("result").path("costUsd").asDouble()).isPositive();
        assertThat(task.path("result").path("usage").path("outputTokens").asInt())
                .isPositive();
    }

    private static ObjectNode bash(String command) {
        ObjectNode body = Api.body("[[stub:bash cmd=\"" + command + "\"]]");
        body.putObject("claude").putArray("allowedTools").add("Bash");
        return body;
    }
}
