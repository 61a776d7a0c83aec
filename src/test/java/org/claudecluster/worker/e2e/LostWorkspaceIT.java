package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.claudecluster.worker.files.FileTrees;
import org.claudecluster.worker.files.Mounted;
import org.claudecluster.worker.workspace.GitServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a packaged worker makes of a disk that is not as it left it, and what it leaves on it. */
class LostWorkspaceIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private GitServer repositories;
    private WorkerSetup setup;

    @BeforeEach
    void serve() throws IOException {
        repositories = GitServer.in(Files.createDirectories(home.resolve("repositories")));
        Path cli = Path.of("src/test/resources/scripted-claude.sh").toAbsolutePath();
        assertThat(cli.toFile().setExecutable(true)).isTrue();
        setup = WorkerSetup.in(home)
                .withCli(cli)
                .with("ANTHROPIC_API_KEY", "x")
                .with("GIT_SSL_CAINFO", repositories.environment().getOrDefault("GIT_SSL_CAINFO", ""));
    }

    @AfterEach
    void stopServing() {
        repositories.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_attempt_whose_directory_is_gone_begins_anew_in_a_new_session(boolean isClone) throws Exception {
        Path flag = home.resolve("flag");
        ObjectNode body = Api.body("if [ -e %s ]; then init; ok again; exit 0; fi; session; init; touch %s; sleep 6000"
                        .formatted(flag, flag))
                .put("maxAttempts", 2);
        if (isClone) {
            clone(body, "");
        }
        try (WorkerProcess worker = setup.start()) {
            String id = worker.api().submit(body);
            await().atMost(LONG).until(() -> Files.exists(flag));
            String first = worker.api().task(id).path("sessionId").asText();
            worker.kill();
            FileTrees.delete(workspace(id));
            restartAndExpectANewSession(id, first, isClone);
        }
    }

    private void restartAndExpectANewSession(String id, String first, boolean isClone) throws IOException {
        try (WorkerProcess next = setup.start()) {
            JsonNode again = next.api().awaitEnd(id);

            assertThat(again.path("status").asText()).as(again::toPrettyString).isEqualTo("completed");
            assertThat(again.path("attempt").asInt()).isEqualTo(2);
            assertThat(again.path("sessionResumed").asBoolean(true)).isFalse();
            assertThat(again.path("sessionId").asText()).isNotEmpty().isNotEqualTo(first);
            assertThat(Files.exists(workspace(id).resolve("README.md"))).isEqualTo(isClone);
        }
    }

    @Test
    void an_attempt_whose_directory_is_there_goes_on_in_its_session() throws Exception {
        Path flag = home.resolve("flag");
        ObjectNode body = Api.body("if [ -e %s ]; then init; ok again; exit 0; fi; session; init; touch %s; sleep 6000"
                        .formatted(flag, flag))
                .put("maxAttempts", 2);
        try (WorkerProcess worker = setup.start()) {
            String id = worker.api().submit(body);
            await().atMost(LONG).until(() -> Files.exists(flag));
            String first = worker.api().task(id).path("sessionId").asText();
            worker.kill();
            try (WorkerProcess next = setup.start()) {
                JsonNode again = next.api().awaitEnd(id);
                assertThat(again.path("sessionResumed").asBoolean()).isTrue();
                assertThat(again.path("sessionId").asText()).isEqualTo(first);
            }
        }
    }

    @Test
    void a_lost_workspace_is_gone_for_its_files_and_for_a_follow_up() throws Exception {
        try (WorkerProcess worker = setup.start()) {
            String id = worker.api().submit("session; init; echo x > file; ok done");
            worker.api().awaitEnd(id);
            assertThat(worker.api().get("/tasks/" + id + "/artifacts").statusCode())
                    .isEqualTo(200);

            FileTrees.delete(workspace(id));

            assertThat(worker.api().get("/tasks/" + id + "/artifacts").statusCode())
                    .isEqualTo(410);
            assertThat(worker.api()
                            .post(
                                    "/tasks/" + id + "/continue",
                                    Api.body("init; ok more").toString())
                            .statusCode())
                    .isEqualTo(410);
        }
    }

    @Test
    void a_torn_record_is_told_and_nothing_of_the_workspace_is_touched() throws Exception {
        try (WorkerProcess worker = setup.start()) {
            String id = worker.api().submit("session; init; echo x > file; ok done");
            worker.api().awaitEnd(id);
            Files.writeString(setup.dataDir().resolve("cli/workspaces").resolve(id + ".txt"), "");

            assertThat(worker.api().get("/tasks/" + id + "/artifacts").statusCode())
                    .isEqualTo(500);
            assertThat(worker.api()
                            .post(
                                    "/tasks/" + id + "/continue",
                                    Api.body("init; ok more").toString())
                            .statusCode())
                    .isEqualTo(500);
            assertThat(workspace(id).resolve("file")).exists();
        }
    }

    @Test
    void each_task_has_a_home_that_its_follow_up_finds_again_and_all_goes_with_the_last_of_them() throws Exception {
        try (WorkerProcess worker = setup.start()) {
            String one = worker.api().submit("session; git config --global user.name one; init; ok done");
            String two = worker.api().submit("session; git config --global user.name two; init; ok done");
            worker.api().awaitEnd(one);
            worker.api().awaitEnd(two);
            String next = Api.json(worker.api()
                            .post(
                                    "/tasks/" + one + "/continue",
                                    Api.body("init; ok $(git config --global user.name)")
                                            .toString()))
                    .path("taskId")
                    .asText();
            JsonNode more = worker.api().awaitEnd(next);
            assertThat(more.path("result").path("text").asText())
                    .as(more::toPrettyString)
                    .isEqualTo("one");
            assertThat(below("workspace")).contains(".gitconfig");

            assertThat(worker.api().delete("/tasks/" + one)).isEqualTo(204);
            assertThat(worker.api().delete("/tasks/" + two)).isEqualTo(204);

            assertThat(below("cli/claude/projects")).hasSize(1);
            assertThat(below("workspace")).hasSize(1);
            assertThat(worker.api().delete("/tasks/" + next)).isEqualTo(204);
            assertThat(below("cli/claude/projects")).isEmpty();
            assertThat(below("workspace")).isEmpty();
            assertThat(below("cli/workspaces")).isEmpty();
        }
    }

    @Test
    void a_task_that_is_drained_in_its_clone_goes_back_uncounted() throws Exception {
        setup.with("WORKER_DRAIN_TIMEOUT", "1s");
        String id;
        try (WorkerProcess worker = setup.start()) {
            id = worker.api().submit(clone(Api.body("init; ok done").put("maxAttempts", 2), "/stall"));
            await().atMost(LONG)
                    .until(() -> below("workspace/" + id).stream().anyMatch(name -> name.startsWith("tmp_pack_")));
            assertThat(worker.terminate(LONG)).isZero();
        }
        repositories.release();
        try (WorkerProcess next = setup.start()) {
            JsonNode end = next.api().awaitEnd(id);
            assertThat(end.path("status").asText()).as(end::toPrettyString).isEqualTo("completed");
            assertThat(end.path("attempt").asInt()).isOne();
        }
    }

    @Test
    void what_can_t_be_removed_does_not_keep_the_worker_from_starting() throws Exception {
        Path busy = Files.createDirectories(setup.dataDir().resolve("cli/tmp/left/busy"));
        Path busyToo = Files.createDirectories(setup.dataDir().resolve("cli/config/busy"));
        try (Mounted _ = Mounted.at(busy);
                Mounted _ = Mounted.at(busyToo);
                WorkerProcess worker = setup.start()) {
            JsonNode end = worker.api().awaitEnd(worker.api().submit("init; ok done"));
            assertThat(end.path("status").asText()).isEqualTo("completed");
            assertThat(worker.log()).contains("can't be moved").contains("do it by hand");
        }
    }

    private ObjectNode clone(ObjectNode body, String kind) {
        body.putObject("workspace")
                .putObject("git")
                .put("url", repositories.url(kind))
                .put("ref", "main");
        return body;
    }

    private Path workspace(String id) {
        return setup.dataDir().resolve("workspace").resolve(id);
    }

    /** The names of all files below a directory of the worker's; none where it does not exist. */
    private List<String> below(String directory) throws IOException {
        Path root = setup.dataDir().resolve(directory);
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }
}
