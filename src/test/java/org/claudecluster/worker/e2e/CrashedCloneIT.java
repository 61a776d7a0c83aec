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
import org.claudecluster.worker.workspace.GitServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged worker is killed with SIGKILL in the middle of a clone, and started again. */
class CrashedCloneIT {

    @TempDir
    Path home;

    private GitServer repositories;
    private WorkerSetup setup;

    @BeforeEach
    void serve() throws IOException {
        repositories = GitServer.in(Files.createDirectories(home.resolve("repositories")));
        setup = WorkerSetup.in(home)
                .withCli(WorkerSetup.shellCli(home))
                .with("GIT_SSL_CAINFO", repositories.environment().getOrDefault("GIT_SSL_CAINFO", ""));
    }

    @AfterEach
    void stopServing() {
        repositories.close();
    }

    @Test
    void a_task_without_another_attempt_is_lost_and_nothing_of_its_clone_is_left() throws Exception {
        try (WorkerProcess worker = setup.start()) {
            String id = killInTheClone(worker, 1);
            restartAndExpectLost(id);
        }
    }

    @Test
    void a_task_with_an_attempt_left_is_cloned_anew() throws Exception {
        try (WorkerProcess worker = setup.start()) {
            String id = killInTheClone(worker, 2);
            repositories.release();
            restartAndExpectSecondRun(id);
        }
    }

    /** What the worker could not clean up is there: git, its program that speaks https, and half a pack. */
    private String killInTheClone(WorkerProcess worker, int attempts) throws Exception {
        ObjectNode body = Api.body("echo after the clone").put("maxAttempts", attempts);
        body.putObject("workspace")
                .putObject("git")
                .put("url", repositories.url("/stall"))
                .put("ref", "main");
        String id = worker.api().submit(body);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> below("workspace/" + id).stream().anyMatch(CrashedCloneIT::isHalf));
        worker.kill();
        assertThat(Machine.processesOf(List.of(id)).values()).anyMatch(command -> command.contains("remote-https"));
        assertThat(below("workspace/" + id)).anyMatch(CrashedCloneIT::isHalf);
        return id;
    }

    private void restartAndExpectLost(String id) throws IOException {
        try (WorkerProcess next = setup.start()) {
            JsonNode lost = next.api().awaitEnd(id);

            assertThat(lost.path("outcome").path("reason").asText()).isEqualTo("worker_lost");
            assertThat(Machine.processesOf(List.of(id))).isEmpty();
            await("the start has cleaned up")
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(workspace(id)).doesNotExist());
            assertThat(below("cli/workspaces")).isEmpty();
            assertThat(setup.left("cli/tmp")).isEmpty();
            assertThat(setup.left("cli/runs")).isEmpty();
            assertThat(next.api().get("/tasks/" + id + "/artifacts").statusCode())
                    .isEqualTo(410);
        }
    }

    private void restartAndExpectSecondRun(String id) throws IOException {
        try (WorkerProcess next = setup.start()) {
            JsonNode again = next.api().awaitEnd(id);

            assertThat(again.path("status").asText()).as(again::toPrettyString).isEqualTo("completed");
            assertThat(again.path("attempt").asInt()).isEqualTo(2);
            assertThat(again.path("workspace").path("git").path("startCommit").asText())
                    .isEqualTo(repositories.commit("main"));
            assertThat(next.api().output(id)).contains("after the clone");
            assertThat(below("workspace/" + id)).anyMatch("README.md"::equals).noneMatch(CrashedCloneIT::isHalf);
            assertThat(Machine.processesOf(List.of(id))).isEmpty();
        }
    }

    private static boolean isHalf(String file) {
        return file.startsWith("tmp_pack_");
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
