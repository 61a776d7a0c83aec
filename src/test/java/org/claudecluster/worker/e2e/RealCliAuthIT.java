package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.claudecluster.worker.apistub.AnthropicStub;
import org.claudecluster.worker.apistub.ApiRequest;
import org.claudecluster.worker.apistub.TokenEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials that are bad, change, run out or are refreshed, with the real CLI. Runs where {@link RealCliIT} does. */
class RealCliAuthIT {

    private static final String ONE = "sk-ant-api03-stub-key-00000000000000000000-one1";
    private static final String TWO = "sk-ant-api03-stub-key-00000000000000000000-two2";
    private static final Duration SOON = Duration.ofSeconds(90);

    @TempDir
    Path home;

    private AnthropicStub stub;
    private WorkerSetup setup;
    private Path mount;

    @BeforeEach
    void open() throws IOException {
        String cli = System.getProperty("claude.cli", "");
        assertThat(Path.of(cli)).as("-Dclaude.cli names the CLI").isExecutable();
        stub = AnthropicStub.start();
        mount = Files.createDirectories(home.resolve("app/auth"));
        setup = WorkerSetup.in(home)
                .withCli(Path.of(cli))
                .with("ANTHROPIC_BASE_URL", stub.baseUrl().toString())
                .with("WORKER_AUTH_FILE", mount.resolve("config.json").toString())
                .with("WORKER_AUTH_POLL", "200ms");
    }

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void a_key_that_the_api_refuses_holds_tasks_back_until_another_is_mounted() throws IOException {
        stub.requireKey(TWO);
        mount(key(ONE));
        try (WorkerProcess worker = setup.start()) {
            Instant begin = Instant.now();
            JsonNode refused = worker.api().awaitEnd(worker.api().submit("hello"));
            assertThat(refused.path("outcome").path("reason").asText()).isEqualTo("auth_failed");
            assertThat(Duration.between(begin, Instant.now())).isLessThan(SOON);

            String waiting = worker.api().submit("hello again");
            awaitAuth(worker, "refused");
            JsonNode hello = Api.json(worker.api().get("/hello"));
            assertThat(hello.path("status").asText()).isEqualTo("error");
            assertThat(hello.path("reason").asText()).contains("refused");
            assertThat(worker.api().get("/q/metrics").body()).contains("worker_auth_valid 0.0");
            assertThat(worker.api().isReady()).isTrue();
            assertThat(worker.api().task(waiting).path("status").asText()).isEqualTo("pending");
            assertThat(worker.api().task(waiting).path("attempt").asInt()).isZero();

            mount(key(TWO));

            JsonNode task = worker.api().awaitEnd(waiting);
            assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
            assertThat(auth(worker).path("state").asText()).isEqualTo("ok");
            assertThat(worker.api().get("/q/metrics").body()).contains("worker_auth_valid 1.0");
            assertThat(worker.log()).contains("tasks wait").doesNotContain(ONE).doesNotContain(TWO);
        }
    }

    @Test
    void what_runs_keeps_its_key_when_another_is_mounted_and_new_tasks_get_that() throws IOException {
        mount(key(ONE));
        Path gate = home.resolve("gate");
        try (WorkerProcess worker = setup.start()) {
            String old = worker.api()
                    .submit(bash("long [[stub:bash cmd=\"until [ -e " + gate + " ]; do sleep 0.05; done\"]]"));
            await().atMost(SOON).until(() -> modelRequests("...one1").size() == 1);
            mount(key(TWO));
            await().atMost(SOON)
                    .until(() -> worker.log()
                                    .lines()
                                    .filter(l -> l.contains("new tasks use"))
                                    .count()
                            >= 2);

            JsonNode fresh = worker.api().awaitEnd(worker.api().submit("short"));
            Files.createFile(gate);
            JsonNode kept = worker.api().awaitEnd(old);

            assertThat(List.of(fresh, kept))
                    .allSatisfy(task -> assertThat(task.path("status").asText()).isEqualTo("completed"));
            assertThat(modelRequests("...two2")).hasSize(1);
            assertThat(modelRequests("...one1")).hasSize(2);
        }
    }

    @Test
    void a_login_is_refreshed_once_though_its_mount_is_read_only_and_survives_a_restart() throws Exception {
        try (TokenEndpoint endpoint = endpoint()) {
            stub.requireKey(TokenEndpoint.token(1));
            String mounted = login("sk-ant-oat01-expired", "sk-ant-ort01-first", 1_700_000_000_000L);
            mount(mounted);
            try (WorkerProcess worker = setup.start()) {
                List<String> both =
                        List.of(worker.api().submit("one"), worker.api().submit("two"));
                assertThat(both)
                        .allSatisfy(id -> assertThat(
                                        worker.api().awaitEnd(id).path("status").asText())
                                .isEqualTo("completed"));
                assertThat(auth(worker).path("kind").asText()).isEqualTo("claude_ai");
                // At the next look at the file, which a busy machine may put off.
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(
                                () -> assertThat(worker.api().get("/q/metrics").body())
                                        .contains("worker_auth_expires_in_seconds{renewable=\"true\"} 2"));
            }
            try (WorkerProcess next = setup.start()) {
                assertThat(next.api()
                                .awaitEnd(next.api().submit("three"))
                                .path("status")
                                .asText())
                        .isEqualTo("completed");
            }
            assertThat(endpoint.refreshes()).isEqualTo(1);
            assertThat(mount.resolve("config.json")).hasContent(mounted);
        }
    }

    @Test
    void a_login_that_cannot_be_refreshed_is_expired_until_another_is_mounted() throws IOException {
        try (TokenEndpoint endpoint = endpoint()) {
            endpoint.refuse();
            // A CLI that may not refresh, since another one does, goes on with what it has: the API says no to that.
            stub.requireKey("sk-ant-oat01-fresh");
            mount(login("sk-ant-oat01-expired", "sk-ant-ort01-first", 1_700_000_000_000L));
            try (WorkerProcess worker = setup.start()) {
                String early = worker.api().submit("hello");
                awaitAuth(worker, "expired");
                String waiting = worker.api().submit("hello again");
                assertThat(worker.api().task(waiting).path("status").asText()).isEqualTo("pending");

                mount(login("sk-ant-oat01-fresh", "sk-ant-ort01-second", 4_000_000_000_000L));

                JsonNode task = worker.api().awaitEnd(waiting);
                assertThat(task.path("status").asText())
                        .as(task::toPrettyString)
                        .isEqualTo("completed");
                // It began before the worker's own question was answered, or has waited too.
                JsonNode first = worker.api().awaitEnd(early);
                assertThat(first.path("outcome").path("reason").asText("completed"))
                        .as(first::toPrettyString)
                        .isIn("auth_failed", "completed");
            }
        }
    }

    @Test
    void a_token_without_the_right_is_tried_again_by_one_turn_and_then_tasks_go_on() throws IOException {
        setup.with("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-stub-token-0000000000000000000-tok1");
        try (WorkerProcess worker = setup.start()) {
            JsonNode refused = worker.api().awaitEnd(worker.api().submit("[[stub:status code=403]]"));
            assertThat(refused.path("outcome").path("reason").asText()).isEqualTo("auth_failed");
            String waiting = worker.api().submit("hello");
            JsonNode task = worker.api().awaitEnd(waiting);
            assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
            // The refused one, the worker's own try, and the task.
            assertThat(modelRequests("...tok1")).hasSize(3);
        }
    }

    @Test
    void settings_with_a_helper_serve_and_no_prompt_reads_them() throws IOException {
        mount("{\"apiKeyHelper\":\"echo " + ONE + "\"}");
        try (WorkerProcess worker = setup.start()) {
            JsonNode task = worker.api().awaitEnd(worker.api().submit("look at @" + mount.resolve("config.json")));
            assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
            assertThat(modelRequests("...one1"))
                    .isNotEmpty()
                    .noneMatch(request -> request.body().contains("apiKeyHelper"));
        }
    }

    @Test
    void without_any_credential_auto_takes_the_stub_and_says_so() throws IOException {
        setup.with("EXECUTOR_TYPE", "auto");
        try (WorkerProcess worker = setup.start()) {
            JsonNode status = Api.json(worker.api().get("/pty/status"));
            assertThat(status.path("executorType").asText()).isEqualTo("stub");
            assertThat(status.path("reason").asText()).startsWith("no credentials: mount");
            assertThat(status.path("auth").path("state").asText()).isEqualTo("missing");
            assertThat(worker.log()).contains("tasks run in the stub executor: no credentials");
        }
    }

    @Test
    void without_any_credential_a_worker_for_the_cli_is_not_ready_until_one_is_mounted() throws IOException {
        setup.with("WORKER_LEASE_RENEW", "200ms");
        try (WorkerProcess worker = setup.startUnready()) {
            String waiting = worker.api().submit("hello");
            assertThat(worker.api().get("/q/health/ready").body()).contains("no credentials: mount");
            assertThat(worker.api().task(waiting).path("status").asText()).isEqualTo("pending");

            mount(key(ONE));

            worker.awaitReady();
            assertThat(worker.api().awaitEnd(waiting).path("status").asText()).isEqualTo("completed");
        }
    }

    @Test
    void hooks_of_a_checkout_run_only_where_they_are_asked_for() throws IOException {
        mount(key(ONE));
        Path checkout = Files.createDirectories(setup.dataDir().resolve("workspace/repo/.claude"));
        Files.writeString(
                checkout.resolve("settings.json"),
                "{\"hooks\":{\"SessionStart\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"touch %s\"}]}]}}"
                        .formatted(home.resolve("hooked")));
        try (WorkerProcess worker = setup.start()) {
            worker.api().awaitEnd(worker.api().submit(Api.body("hello").put("workingDirectory", "repo")));
            assertThat(home.resolve("hooked")).doesNotExist();
            ObjectNode asked = Api.body("hello").put("workingDirectory", "repo");
            asked.putObject("claude").putArray("settingSources").add("user").add("project");
            worker.api().awaitEnd(worker.api().submit(asked));
            assertThat(home.resolve("hooked")).exists();
            assertThat(setup.left("cli/config")).isEmpty();
        }
    }

    private TokenEndpoint endpoint() {
        TokenEndpoint endpoint = TokenEndpoint.start(home);
        setup.with("HTTPS_PROXY", endpoint.proxy().toString())
                .with("NO_PROXY", "127.0.0.1")
                .with("NODE_EXTRA_CA_CERTS", endpoint.certificate().toString());
        return endpoint;
    }

    /** As Kubernetes does it: a new directory, then one rename of a link. */
    private void mount(String json) throws IOException {
        Path version = Files.createTempDirectory(mount, "..version");
        Path file = Files.writeString(version.resolve("config.json"), json);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        Files.setPosixFilePermissions(version, PosixFilePermissions.fromString("r-xr-xr-x"));
        Path link = Files.createSymbolicLink(mount.resolve("..data_tmp"), version);
        Files.move(link, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(mount.resolve("config.json.new"));
        Path shown = Files.createSymbolicLink(mount.resolve("config.json.new"), Path.of("..data/config.json"));
        Files.move(
                shown,
                mount.resolve("config.json"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static String key(String key) {
        return "{\"apiKey\":\"" + key + "\"}";
    }

    private static String login(String access, String refresh, long expiresAt) {
        return """
                {"claudeAiOauth":{"accessToken":"%s","refreshToken":"%s","expiresAt":%d,\
                "scopes":["user:inference","user:profile"],"subscriptionType":"max"}}""".formatted(access, refresh, expiresAt);
    }

    private static ObjectNode bash(String prompt) {
        ObjectNode body = Api.body(prompt);
        body.putObject("claude").putArray("allowedTools").add("Bash");
        return body;
    }

    private List<ApiRequest> modelRequests(String secret) {
        return stub.requests().stream()
                .filter(ApiRequest::asksTheModel)
                .filter(request -> request.headers().containsValue(secret))
                .toList();
    }

    private static void awaitAuth(WorkerProcess worker, String state) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(auth(worker).path("state").asText())
                        .as("%s", auth(worker))
                        .isEqualTo(state));
    }

    private static JsonNode auth(WorkerProcess worker) {
        return Api.json(worker.api().get("/pty/status")).path("auth");
    }
}
