package org.claudecluster.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.claudecluster.worker.apistub.AnthropicStub;
import org.claudecluster.worker.e2e.Api;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** One pod of the chart as it comes, which must run the CLI: without a credential, then with one, then with another. Each test goes on where the last one was. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CredentialIT {

    private static final String SECRET = ChartRelease.NAME + "-auth";
    private static final String FIRST_KEY = "sk-ant-api03-stub-key-000000000000000000000first";
    private static final String NEXT_KEY = "sk-ant-api03-stub-key-0000000000000000000000next";
    /** The kubelet looks at mounted Secrets every few seconds. */
    private static final Duration MOUNTED = Duration.ofSeconds(90);

    private static ChartRelease release;
    private static AnthropicStub stub;
    private static String notes;
    private static String pod;

    @BeforeAll
    static void install_without_a_credential() throws IOException {
        stub = AnthropicStub.startOn(Kubectl.nodeAddress());
        release = ChartRelease.in("credential");
        notes = release.installUnready("""
                persistence: {enabled: false}
                """).getOutput();
        await().atMost(ChartRelease.PATIENCE)
                .until(() -> release.workerPods()
                        .anyMatch(running -> !running.path("status")
                                .path("containerStatuses")
                                .path(0)
                                .path("state")
                                .path("running")
                                .isMissingNode()));
        pod = release.pods().getFirst();
    }

    @AfterAll
    static void uninstall_leaves_the_secret_of_the_user_and_nothing_else() throws IOException {
        release.uninstallLeaving("secret/" + SECRET);
        release.close();
        stub.close();
    }

    private static void mount(String key) {
        release.kubectl().runWith("""
                apiVersion: v1
                kind: Secret
                metadata: {name: %s}
                stringData:
                  config.json: '{"apiKey": "%s", "ANTHROPIC_BASE_URL": "%s"}'
                """.formatted(SECRET, key, stub.baseUrl()), "apply", "--filename=-");
    }

    private static JsonNode run(String prompt) {
        return release.api(pod).awaitEnd(release.api(pod).submit(prompt));
    }

    private static boolean isKeyUsed(String key) {
        String end = "..." + key.substring(key.length() - 4);
        return stub.requests().stream()
                .anyMatch(request -> end.equals(request.headers().get("x-api-key")));
    }

    @Test
    @Order(1)
    void without_a_credential_the_pod_lives_and_is_not_ready_and_says_what_to_do() {
        await().atMost(Duration.ofSeconds(60)).until(() -> release.api(pod).isLive());
        await().atMost(Duration.ofSeconds(60)).until(() -> !release.api(pod).isReady());
        HttpResponse<String> ready = release.api(pod).get("/q/health/ready");

        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("\"auth\": \"missing\"", "no credentials");
        assertThat(notes).contains("the pods stay unready", "create secret generic " + SECRET, "config.json");
    }

    @Test
    @Order(2)
    void the_secret_that_comes_later_makes_it_ready_without_a_restart() {
        mount(FIRST_KEY);

        await().atMost(MOUNTED).pollInterval(Duration.ofSeconds(1)).until(() -> ChartRelease.isReady(release.pod(pod)));
        assertThat(ChartRelease.restarts(release.pod(pod))).isZero();
    }

    @Test
    @Order(3)
    void the_real_cli_runs_a_task_in_the_pod() {
        JsonNode task = run("What is a pod?");

        assertThat(task.path("status").asText()).as(task::toPrettyString).isEqualTo("completed");
        assertThat(task.path("executorType").asText()).isEqualTo("pty");
        assertThat(task.path("result").path("text").asText()).isEqualTo("STUB_OK: What is a pod?");
        assertThat(isKeyUsed(FIRST_KEY)).isTrue();
    }

    @Test
    @Order(4)
    void a_tool_of_the_cli_writes_into_the_workspace_of_a_read_only_pod() {
        ObjectNode body = Api.body("[[stub:bash cmd=\"touch written; id -u; touch /etc/denied; ls\"]]");
        body.putObject("claude").putArray("allowedTools").add("Bash");

        JsonNode task = release.api(pod).awaitEnd(release.api(pod).submit(body));

        assertThat(task.path("result").path("text").asText()).contains("1000", "Read-only file system", "written");
    }

    @Test
    @Order(5)
    void the_key_that_replaces_it_is_used_by_the_next_tasks_without_a_restart() {
        mount(NEXT_KEY);

        await().atMost(MOUNTED).pollInterval(Duration.ofSeconds(2)).until(() -> {
            run("Which key?");
            return isKeyUsed(NEXT_KEY);
        });
        assertThat(run("And now?").path("status").asText()).isEqualTo("completed");
        assertThat(ChartRelease.restarts(release.pod(pod))).isZero();
    }
}
