package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.claudecluster.worker.Ports;
import org.claudecluster.worker.e2e.WorkerSetup.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Starts that are refused: one line for a person, and an exit code for a script. */
class StartIT {

    @TempDir
    Path home;

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
            PORT                     | http     | 1 to 65535
            PORT                     | 70000    | 1 to 65535
            HOST                     | ' '      | give a value
            NODE_ENV                 | staging  | development, production
            LOG_LEVEL                | loud     | debug, error, info, warn
            CLAUDE_CLI_PATH          | ''       | give a value
            PTY_TIMEOUT_MS           | 999      | 1000 to 86400000
            MAX_CONCURRENT_PROCESSES | 0        | 1 to 1000
            MAX_CONCURRENT_PROCESSES | -1       | 1 to 1000
            PTY_TERMINAL_COLS        | wide     | 1 to 1000
            PTY_TERMINAL_ROWS        | 1001     | 1 to 1000
            EXECUTOR_TYPE            | docker   | auto, pty, stub
            STREAMING_TYPE           | ws       | sse, stub
            SSE_KEEPALIVE_INTERVAL   | 15s      | 100 to 600000
            SSE_MAX_CONNECTIONS      | 0        | 1 to 100000
            """)
    void a_wrong_value_is_named_with_its_key_and_what_is_allowed(String key, String value, String allowed)
            throws Exception {
        Refusal refusal = WorkerSetup.in(home).with(key, value).startExpectingRefusal();

        assertThat(refusal.exitCode()).isEqualTo(2);
        assertThat(refusal.lines()).singleElement().asString().contains(key, value.strip(), allowed);
    }

    /** Its value may be a password that was meant for another. */
    @Test
    void an_unknown_setting_is_named_without_its_value() throws Exception {
        Refusal refusal =
                WorkerSetup.in(home).withOption("-Dworker.slot.max=hunter2").startExpectingRefusal();

        assertThat(refusal.exitCode()).isEqualTo(2);
        assertThat(refusal.lines())
                .singleElement()
                .asString()
                .contains("worker.slot.max", "unknown")
                .doesNotContain("hunter2");
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
            worker.slots.max         | many  | 1
            worker.queue.capacity    | 0     | 1
            worker.lease.duration    | soon  | 30s
            worker.executor.launcher | screen | ffm
            worker.limits.park       | maybe  | true or false
            """)
    void a_wrong_setting_is_named_in_one_line(String key, String value, String hint) throws Exception {
        Refusal refusal =
                WorkerSetup.in(home).withOption("-D" + key + "=" + value).startExpectingRefusal();

        assertThat(refusal.exitCode()).isEqualTo(2);
        assertThat(refusal.lines())
                .singleElement()
                .asString()
                .contains(key, value)
                .containsIgnoringCase(hint);
    }

    @Test
    void leases_that_a_healthy_worker_would_lose_are_refused() throws Exception {
        Refusal refusal = WorkerSetup.in(home)
                .with("WORKER_LEASE_DURATION", "15s")
                .with("WORKER_LEASE_RENEW", "10s")
                .startExpectingRefusal();

        assertThat(refusal.exitCode()).isEqualTo(2);
        assertThat(refusal.lines())
                .singleElement()
                .asString()
                .contains("worker.lease.duration", "worker.lease.renew", "worker.lease.margin");
    }

    @Test
    void an_unknown_setting_in_the_environment_is_refused_as_well() throws Exception {
        Refusal refusal = WorkerSetup.in(home).with("WORKER_SLOT_MAX", "3").startExpectingRefusal();

        assertThat(refusal.exitCode()).isEqualTo(2);
        assertThat(refusal.lines()).singleElement().asString().containsIgnoringCase("WORKER_SLOT_MAX");
    }

    @Test
    void what_kubernetes_says_of_a_service_called_worker_is_no_setting() throws IOException {
        try (WorkerProcess worker = WorkerSetup.in(home)
                .with("WORKER_SERVICE_HOST", "10.0.0.1")
                .with("WORKER_PORT", "tcp://10.0.0.1:3001")
                .with("WORKER_DB_PORT_5432_TCP_ADDR", "10.0.0.2")
                .start()) {
            assertThat(worker.api().isReady()).isTrue();
        }
    }

    @Test
    void a_port_that_is_in_use_is_named() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            String port = String.valueOf(taken.getLocalPort());
            Refusal refusal = WorkerSetup.in(home).with("PORT", port).startExpectingRefusal();

            assertThat(refusal.exitCode()).isEqualTo(1);
            assertThat(refusal.lines()).singleElement().asString().contains("in use", "PORT", port);
        }
    }

    @Test
    void a_data_directory_that_cant_be_written_is_named() throws Exception {
        Path file = Files.createFile(home.resolve("a-file"));
        Path below = file.resolve("data");
        Refusal refusal = WorkerSetup.in(home)
                .with("WORKER_STORAGE_DATA_DIR", below.toString())
                .startExpectingRefusal();

        assertThat(refusal.exitCode()).isEqualTo(2);
        assertThat(refusal.lines())
                .singleElement()
                .asString()
                .contains("WORKER_STORAGE_DATA_DIR", below.toString(), "not writable");
    }

    @Test
    void a_second_worker_on_the_same_data_directory_is_refused_and_the_first_goes_on() throws Exception {
        try (WorkerProcess first = WorkerSetup.in(home).start()) {
            Refusal refusal = WorkerSetup.in(home).startExpectingRefusal();

            assertThat(refusal.exitCode()).isEqualTo(1);
            assertThat(refusal.lines())
                    .singleElement()
                    .asString()
                    .contains("another process", "WORKER_STORAGE_DATA_DIR");
            assertThat(first.api()
                            .awaitEnd(first.api().submit("#stub\nprint still here"))
                            .path("status")
                            .asText())
                    .isEqualTo("completed");
        }
    }

    @Test
    void a_url_of_another_database_is_refused_as_a_wrong_setting() throws Exception {
        Refusal refusal = WorkerSetup.in(home)
                .with("WORKER_STORAGE_JDBC_URL", "jdbc:mysql://db/worker?password=hidden")
                .startExpectingRefusal();

        assertThat(refusal.exitCode()).isEqualTo(2);
        assertThat(refusal.lines())
                .singleElement()
                .asString()
                .contains("WORKER_STORAGE_JDBC_URL", "jdbc:postgresql://")
                .doesNotContain("hidden");
    }

    @Test
    void a_shared_store_that_does_not_answer_is_told_in_one_line() throws Exception {
        Refusal refusal = WorkerSetup.in(home)
                .with("WORKER_STORAGE_JDBC_URL", "jdbc:postgresql://127.0.0.1:" + Ports.free() + "/worker")
                .with("WORKER_STORAGE_PATIENCE", "1s")
                .startExpectingRefusal();

        assertThat(refusal.exitCode()).isEqualTo(1);
        assertThat(refusal.lines()).singleElement().asString().contains("does not answer", "WORKER_STORAGE_JDBC_URL");
    }

    @Test
    void an_embedded_store_that_is_broken_is_told_in_one_line_and_left_as_it_is() throws Exception {
        byte[] broken = "no database at all ".repeat(2_000).getBytes(StandardCharsets.US_ASCII);
        Path data = Files.createDirectories(home.resolve("broken"));
        Files.write(data.resolve("worker.mv.db"), broken);

        Refusal refusal = WorkerSetup.in(home)
                .with("WORKER_STORAGE_DATA_DIR", data.toString())
                .startExpectingRefusal();

        assertThat(refusal.exitCode()).isEqualTo(1);
        assertThat(refusal.lines()).singleElement().asString().contains("can't be opened", "WORKER_STORAGE_DATA_DIR");
        assertThat(data.resolve("worker.mv.db")).hasBinaryContent(broken);
    }

    @Test
    void a_worker_whose_cli_is_missing_starts_and_says_so() throws IOException {
        try (WorkerProcess worker = WorkerSetup.in(home)
                .with("EXECUTOR_TYPE", "auto")
                .with("CLAUDE_CLI_PATH", home.resolve("nowhere").toString())
                .start()) {
            assertThat(Api.json(worker.api().get("/pty/status"))
                            .path("executorType")
                            .asText())
                    .isEqualTo("stub");
            assertThat(Api.json(worker.api().get("/pty/status")).path("reason").asText())
                    .contains("CLAUDE_CLI_PATH");
            assertThat(worker.log().lines().filter(line -> line.contains("\"level\":\"WARN\"")))
                    .singleElement()
                    .asString()
                    .contains("stub executor");
        }
    }

    @Test
    void a_worker_that_only_this_machine_reaches_asks_nobody_for_a_key() throws IOException {
        try (WorkerProcess worker = WorkerSetup.in(home).start()) {
            String task = worker.api().submit("Who asks?");

            assertThat(worker.api().awaitEnd(task).path("status").asText()).isEqualTo("completed");
            assertThat(Api.json(worker.api().get("/whoami")).path("kind").asText())
                    .isEqualTo("local");
            assertThat(home.resolve("data/access")).doesNotExist();
        }
    }

    @Test
    void a_worker_that_others_reach_makes_a_key_and_says_where_it_is() throws IOException {
        try (WorkerProcess worker = WorkerSetup.in(home).with("HOST", "0.0.0.0").start()) {
            assertThat(worker.api()
                            .post("/run", Api.body("Who asks?").toString())
                            .statusCode())
                    .isEqualTo(401);
            Path token = home.resolve("data/access/token");
            assertThat(worker.log().lines().filter(line -> line.contains("\"level\":\"WARN\"")))
                    .singleElement()
                    .asString()
                    .contains("nobody is let in without a key", token.toString());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
                    .isEqualTo("rw-------");
            assertThat(worker.api()
                            .get(
                                    "/whoami",
                                    "Authorization",
                                    "Bearer " + Files.readString(token).strip())
                            .body())
                    .contains("\"kind\":\"key\"");
        }
    }

    @Test
    void the_key_that_was_made_is_still_good_after_a_restart_and_without_its_file() throws IOException {
        WorkerSetup setup = WorkerSetup.in(home).with("HOST", "0.0.0.0");
        Path token = home.resolve("data/access/token");
        String key;
        try (WorkerProcess _ = setup.start()) {
            key = Files.readString(token).strip();
        }
        Files.delete(token);

        try (WorkerProcess worker = setup.start()) {
            assertThat(worker.api()
                            .get("/whoami", "Authorization", "Bearer " + key)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(token).doesNotExist();
        }
    }

    @Test
    void a_file_of_keys_with_a_mistake_stops_the_start_and_the_line_names_the_entry() throws Exception {
        Path keys = Files.writeString(home.resolve("keys.json"), """
                {"keys": [{"name": "ci", "sha256": "%s", "tenant": "default", "scopes": ["tasks:fly"]}]}
                """.formatted("0".repeat(64)));

        Refusal refusal = WorkerSetup.in(home)
                .with("WORKER_ACCESS_KEYS_FILE", keys.toString())
                .startExpectingRefusal();

        assertThat(refusal.exitCode()).isEqualTo(2);
        assertThat(refusal.lines())
                .singleElement()
                .asString()
                .contains("worker.access.keys-file=" + keys, "keys[0]", "tasks:write");
    }
}
