package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a task finds in its environment, and what its git makes of it. */
class TaskEnvironmentIT {

    @TempDir
    static Path home;

    private static WorkerProcess worker;

    @BeforeAll
    static void start() throws IOException {
        worker = WorkerSetup.in(home)
                .withCli(Path.of("src/test/resources/scripted-claude.sh").toAbsolutePath())
                .with("ANTHROPIC_API_KEY", "never-shown")
                .with("CLAUDE_CODE_USE_BEDROCK", "1")
                .with("CLAUDE_CODE_CLIENT_CERT", "/c")
                .with("CLAUDE_CODE_CLIENT_KEY", "/k")
                .with("ANTHROPIC_CUSTOM_HEADERS", "x-gateway: 1")
                .with("AWS_ROLE_ARN", "arn:aws:iam::1:role/r")
                .with("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token")
                .with("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1")
                .with("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/run/eks")
                .with("GOOGLE_APPLICATION_CREDENTIALS", "/not/chosen")
                .with("GITHUB_TOKEN", "not-ours-to-give")
                .with("WORKER_TASK_ENV_GIT_TOKEN", "x")
                .with("WORKER_TASK_ENV_A__b1", "y")
                .with("WORKER_TASK_ENV_EMPTY", "")
                .with("WORKER_TASK_ENV_GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
                .withOption("-Dworker.task.env.npm_config_cache=/cache")
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        worker.close();
    }

    @Test
    void the_provider_that_is_chosen_and_what_the_configuration_names_are_there_and_nothing_else() {
        List<String> environment = output("env; init; ok x").lines().toList();

        assertThat(environment)
                .contains(
                        "CLAUDE_CODE_USE_BEDROCK=1",
                        "CLAUDE_CODE_CLIENT_CERT=/c",
                        "CLAUDE_CODE_CLIENT_KEY=/k",
                        "ANTHROPIC_CUSTOM_HEADERS=x-gateway: 1",
                        "AWS_ROLE_ARN=arn:aws:iam::1:role/r",
                        "AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/token",
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1",
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/var/run/eks",
                        "GIT_TOKEN=x",
                        "A__b1=y",
                        "EMPTY=",
                        "npm_config_cache=/cache")
                .noneMatch(line -> line.startsWith("git.token=") || line.startsWith("GOOGLE_APPLICATION"))
                .noneMatch(line -> line.contains("never-shown") || line.contains("not-ours-to-give"));
    }

    @Test
    void a_commit_has_somebody_who_made_it() {
        assertThat(
                        output(
                                "git init -q; git commit -q --allow-empty -m x; echo rc=$?; git log -1 --format=%an; init; ok x"))
                .contains("rc=0", "Claude");
        assertThat(output("git init -q; git config user.name Repo; git commit -q --allow-empty -m x;"
                        + " git log -1 --format=%an; init; ok x"))
                .contains("Repo");
    }

    /** Git is told to take every owner for another one's. */
    @Test
    void the_task_s_directory_is_safe_whoever_owns_it() {
        ObjectNode body =
                Api.body("git init -q 2>&1; git status 2>&1; init; ok x").put("workingDirectory", "theirs");
        assertThat(output(body)).contains("No commits yet").doesNotContain("dubious");
        assertThat(
                        output(
                                "mkdir -p ../elsewhere; git init -q ../elsewhere 2>&1; git -C ../elsewhere status 2>&1; init; ok x"))
                .contains("dubious ownership");
    }

    @Test
    void a_follow_up_is_not_stopped_by_the_lock_of_a_git_that_was_killed() {
        String first =
                worker.api().submit("session; git init -q; touch .git/index.lock file; init; echo locked; sleep 999");
        await().until(() -> worker.api().output(first).contains("locked"));
        worker.api().post("/tasks/" + first + "/cancel", "");
        worker.api().awaitEnd(first);

        String next = Api.json(worker.api()
                        .post(
                                "/tasks/" + first + "/continue",
                                Api.body("git add -A; echo rc=$?; init; ok x").toString())
                        .body())
                .path("taskId")
                .asText();

        assertThat(worker.api().awaitEnd(next).path("status").asText()).isEqualTo("completed");
        assertThat(worker.api().output(next)).contains("rc=0", ".git/index.lock");
    }

    @Test
    void the_next_task_in_a_directory_that_is_shared_is_not_stopped_either() {
        ObjectNode body = Api.body("git init -q; touch .git/index.lock file; init; echo locked; sleep 999")
                .put("workingDirectory", "shared");
        String first = worker.api().submit(body);
        await().until(() -> worker.api().output(first).contains("locked"));
        String beside =
                worker.api().submit(Api.body("git add -A 2>&1; init; ok x").put("workingDirectory", "shared"));
        worker.api().awaitEnd(beside);
        assertThat(worker.api().output(beside)).contains("index.lock': File exists");
        worker.api().post("/tasks/" + first + "/cancel", "");
        worker.api().awaitEnd(first);

        assertThat(output(Api.body("git add -A; echo rc=$?; init; ok x").put("workingDirectory", "shared")))
                .contains("rc=0");
    }

    private static String output(String script) {
        return output(Api.body(script));
    }

    private static String output(ObjectNode body) {
        String task = worker.api().submit(body);
        worker.api().awaitEnd(task);
        return worker.api().output(task).replace("\r", "");
    }
}
