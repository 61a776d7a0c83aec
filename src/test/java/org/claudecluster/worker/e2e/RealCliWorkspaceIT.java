package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.claudecluster.worker.apistub.AnthropicStub;
import org.claudecluster.worker.workspace.GitServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real CLI in a clone over https, and its session and files after a restart of the worker. */
class RealCliWorkspaceIT {

    private static final String KEY = "sk-ant-api03-stub-key-0000000000000000000000000";

    @TempDir
    static Path home;

    private static AnthropicStub stub;
    private static GitServer repositories;
    private static WorkerSetup setup;

    @BeforeAll
    static void prepare() throws IOException {
        String cli = System.getProperty("claude.cli", "");
        assertThat(Path.of(cli)).as("-Dclaude.cli names the CLI").isExecutable();
        stub = AnthropicStub.start();
        repositories = GitServer.in(Files.createDirectories(home.resolve("repositories")));
        Path secrets = Files.createDirectories(home.resolve("secrets"));
        Files.writeString(secrets.resolve("shop-token"), GitServer.TOKEN);
        setup = WorkerSetup.in(home)
                .withCli(Path.of(cli))
                .with("ANTHROPIC_BASE_URL", stub.baseUrl().toString())
                .with("ANTHROPIC_API_KEY", KEY)
                .with("WORKER_WORKSPACE_SECRETS_DIR", secrets.toString())
                .with("GIT_SSL_CAINFO", repositories.environment().getOrDefault("GIT_SSL_CAINFO", ""));
    }

    @AfterAll
    static void stop() throws IOException {
        repositories.close();
        stub.close();
    }

    @Test
    void a_clone_is_changed_shown_and_gone_on_with_after_a_restart() throws Exception {
        String first;
        String session;
        try (WorkerProcess worker = setup.start()) {
            ObjectNode body = writing("[[stub:write path=out.txt content=written]]");
            body.putObject("workspace")
                    .putObject("git")
                    .put("url", repositories.url("/private"))
                    .put("ref", "main")
                    .put("depth", 1)
                    .put("tokenSecretName", "shop-token");
            first = worker.api().submit(body);
            JsonNode task = completed(worker.api(), first);
            session = task.path("sessionId").asText();

            assertThat(task.path("workspace").path("git").path("startCommit").asText())
                    .isEqualTo(repositories.commit("main"));
            assertThat(worker.api().output(first))
                    .contains("Receiving objects", repositories.commit("main"))
                    .doesNotContain(GitServer.TOKEN);
            assertThat(worker.api().get("/tasks/" + first + "/diff").body())
                    .contains("diff --git a/out.txt b/out.txt", "+written");
            assertThat(paths(worker.api(), first)).containsExactly("README.md", "large.bin", "logo.bin", "out.txt");
            assertThat(worker.api()
                            .get("/tasks/" + first + "/artifacts/out.txt")
                            .body())
                    .isEqualTo("written");
            assertThat(worker.log()).doesNotContain(GitServer.TOKEN);
        }
        try (WorkerProcess worker = setup.start()) {
            HttpResponse<String> accepted = worker.api()
                    .post(
                            "/tasks/" + first + "/continue",
                            writing("[[stub:write path=more.txt content=again]]")
                                    .toString());
            assertThat(accepted.statusCode()).as(accepted::body).isEqualTo(202);
            String next = Api.json(accepted).path("taskId").asText();
            JsonNode task = completed(worker.api(), next);

            assertThat(task.path("continues").asText()).isEqualTo(first);
            assertThat(task.path("result").path("sessionId").asText()).isEqualTo(session);
            assertThat(stub.requests())
                    .anyMatch(request -> request.body().contains("more.txt")
                            && request.body().contains("out.txt"));
            assertThat(worker.api().get("/tasks/" + next + "/diff").body()).contains("+written", "+again");
            assertThat(paths(worker.api(), next))
                    .containsExactly("README.md", "large.bin", "logo.bin", "more.txt", "out.txt");
            assertThat(Machine.processesOf(List.of(first, next))).isEmpty();
        }
    }

    @Test
    void a_repository_that_breaks_off_fails_the_task_and_leaves_nothing() throws IOException {
        try (WorkerProcess worker = setup.start()) {
            ObjectNode body = Api.body("never asked");
            body.putObject("workspace").putObject("git").put("url", repositories.url("/cut"));
            String id = worker.api().submit(body);
            JsonNode task = worker.api().awaitEnd(id);

            assertThat(task.path("outcome").path("reason").asText()).isEqualTo("workspace_failed");
            assertThat(task.path("outcome").path("message").asText()).contains("git fetch failed");
            assertThat(setup.dataDir().resolve("workspace").resolve(id)).doesNotExist();
            assertThat(stub.requests()).noneMatch(request -> request.body().contains("never asked"));
        }
    }

    private static ObjectNode writing(String prompt) {
        ObjectNode body = Api.body(prompt);
        body.putObject("claude").putArray("allowedTools").add("Write");
        return body;
    }

    private static JsonNode completed(Api api, String id) {
        JsonNode task = api.awaitEnd(id);
        assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
        return task;
    }

    private static List<String> paths(Api api, String id) {
        return Api.json(api.get("/tasks/" + id + "/artifacts"))
                .path("artifacts")
                .findValuesAsText("path");
    }
}
