package org.claudecluster.worker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.claudecluster.worker.apistub.AnthropicStub;
import org.claudecluster.worker.e2e.Api;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each image does, with the real CLI that is in it and a stub of the API on this machine's loopback. */
abstract class ImageContract {

    private static final String KEY = "sk-ant-api03-stub-key-0000000000000000000000000";

    private AnthropicStub stub;

    abstract String image();

    @BeforeEach
    void startStub() {
        stub = AnthropicStub.start();
    }

    @AfterEach
    void stopStub() {
        stub.close();
    }

    @Test
    void it_runs_read_only_as_user_1000_without_rights() {
        try (Container worker = withCli().start()) {
            assertThat(worker.exec("id")).startsWith("uid=1000(claudeuser) gid=0(root)");
            assertThat(worker.exec("cat", "/proc/1/status"))
                    .contains("Name:\ttini")
                    .contains("NoNewPrivs:\t1")
                    .contains("CapEff:\t0000000000000000")
                    .contains("CapBnd:\t0000000000000000");
            assertThat(worker.tryExec("touch", "/app/quarkus-app/new").text()).contains("Read-only file system");
            assertThat(worker.inspect("{{.HostConfig.Memory}}")).isEqualTo("536870912");
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> worker.inspect("{{.State.Health.Status}}").equals("healthy"));
        }
    }

    @Test
    void the_real_cli_answers_inside() {
        try (Container worker = withCli().start()) {
            JsonNode task = worker.api().awaitEnd(worker.api().submit("What is a container?"));

            assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
            assertThat(task.path("executorType").asText()).isEqualTo("pty");
            assertThat(task.path("result").path("text").asText()).isEqualTo("STUB_OK: What is a container?");
        }
    }

    @Test
    void tools_have_git_and_a_workspace_of_their_own() {
        try (Container worker = withCli().start()) {
            JsonNode task =
                    worker.api().awaitEnd(worker.api().submit(bash("git init -q . && git --version && pwd && id -u")));

            assertThat(task.path("result").path("text").asText())
                    .as(task::toPrettyString)
                    .contains("git version")
                    .contains("/app/workspace/")
                    .contains("1000");
        }
    }

    @Test
    void orphans_are_reaped() {
        try (Container worker = withCli().start()) {
            worker.exec("sh", "-c", "(sleep 1; exit 3) & exit 0");
            String id = worker.api().submit(bash("(setsid sh -c 'sleep 1; exit 3' &) ; echo away"));
            worker.api().awaitEnd(id);

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(worker.processes())
                            .hasSize(3)
                            .noneMatch(process -> process.startsWith("Z") || process.contains("sleep")));
        }
    }

    @Test
    void at_sigterm_what_runs_may_finish_and_the_exit_code_is_0() {
        try (Container worker = withCli().start()) {
            String id = worker.api().submit(bash("touch begun; sleep 4"));
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> worker.processes().stream().anyMatch(process -> process.endsWith("sleep 4")));

            assertThat(worker.stop()).isZero();

            assertThat(worker.log().lines().filter(line -> line.contains(id)).toList())
                    .anyMatch(line -> line.contains("Task execution completed"));
            assertThat(worker.log()).contains("drained, tasks left running: 0");
        }
    }

    @Test
    void the_log_is_in_a_file_too_where_its_directory_is_mounted() {
        try (Container worker =
                withStub().option("--tmpfs", "/app/logs:mode=0777").start()) {
            assertThat(worker.exec("cat", "/app/logs/worker.log").lines())
                    .isNotEmpty()
                    .allMatch(line -> line.startsWith("{") && line.endsWith("}"));
        }
    }

    @Test
    void the_log_is_not_in_a_file_where_its_directory_is_read_only() {
        try (Container worker = withStub().start()) {
            assertThat(worker.log()).contains("no log file, since /app/logs/worker.log is not ours to write");
            assertThat(worker.exec("ls", "/app/logs")).isEmpty();
        }
    }

    @Test
    void without_a_credential_the_cli_is_not_ready_and_the_probe_says_why() {
        try (Container worker =
                ContainerSetup.of(image()).with("EXECUTOR_TYPE", "pty").launch()) {
            await().atMost(Duration.ofMinutes(2)).until(() -> worker.api().isLive());

            HttpResponse<String> ready = worker.api().get("/q/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("no credentials: mount a file");
        }
    }

    @Test
    void without_a_credential_auto_takes_the_stub_and_says_why() {
        try (Container worker =
                ContainerSetup.of(image()).with("EXECUTOR_TYPE", "auto").start()) {
            assertThat(worker.api().get("/hello").body()).contains("\"executorType\":\"stub\"");
            assertThat(worker.api().get("/q/health/ready").body()).contains("no credentials: mount a file");
            assertThat(worker.log()).contains("tasks run in the stub executor: no credentials");
        }
    }

    @Test
    void a_mounted_file_is_the_credential(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), "{\"apiKey\":\"" + KEY + "\"}");
        stub.requireKey(KEY);
        try (Container worker = ContainerSetup.of(image())
                .with("EXECUTOR_TYPE", "pty")
                .with("ANTHROPIC_BASE_URL", stub.baseUrl().toString())
                .option("--volume", file + ":/app/auth/config.json:ro")
                .start()) {
            JsonNode task = worker.api().awaitEnd(worker.api().submit("With which key?"));

            assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
        }
    }

    @Test
    void it_asks_for_a_key_and_has_made_one_that_only_its_user_can_read() {
        try (Container worker = withStub().onEveryAddress().start()) {
            assertThat(worker.api().get("/hello").body()).contains("\"status\":\"available\"");
            HttpResponse<String> refused =
                    worker.api().post("/run", Api.body("Who asks?").toString());
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.body()).contains("problem:unauthorized", "access/token");

            assertThat(worker.exec("stat", "-c", "%a %U", "/app/data/access/token"))
                    .isEqualTo("600 claudeuser");
            try (Api mine = worker.apiWith(worker.exec("cat", "/app/data/access/token"))) {
                assertThat(mine.awaitEnd(mine.submit("Who asks?"))
                                .path("status")
                                .asText())
                        .isEqualTo("completed");
            }
            assertThat(worker.log()).contains("one was made, in /app/data/access/token");
        }
    }

    @Test
    void any_user_of_group_0_will_do() {
        try (Container worker = withCli()
                .option("--user", "123456:0")
                .option("--tmpfs", "/home/claudeuser:mode=0777")
                .start()) {
            JsonNode task = worker.api().awaitEnd(worker.api().submit("Who am I?"));

            assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
        }
    }

    /** The CLI with a key for the stub. */
    private ContainerSetup withCli() {
        return ContainerSetup.of(image())
                .with("EXECUTOR_TYPE", "pty")
                .with("ANTHROPIC_BASE_URL", stub.baseUrl().toString())
                .with("ANTHROPIC_API_KEY", KEY)
                .with("CLAUDE_CODE_MAX_RETRIES", "1");
    }

    private ContainerSetup withStub() {
        return ContainerSetup.of(image()).with("EXECUTOR_TYPE", "stub");
    }

    private static ObjectNode bash(String command) {
        ObjectNode body = Api.body("[[stub:bash cmd=\"" + command + "\"]]");
        body.putObject("claude").putArray("allowedTools").add("Bash");
        return body;
    }
}
