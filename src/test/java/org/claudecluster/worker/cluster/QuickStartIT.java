package org.claudecluster.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Release;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.claudecluster.worker.e2e.Api;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * "Try it" of docs/kubernetes.md, word for word but for the two lines of {@code helm}, which is a library here: the chart
 * without a credential, told to simulate tasks meanwhile.
 */
class QuickStartIT {

    private static final List<String> LINES = commandsBelow(Path.of("docs", "kubernetes.md"), "## Try it");
    private static final List<String> README = commandsBelow(
            Path.of("README.md"), "On Kubernetes, with the image in a registry that the cluster reaches .*");
    private static final Kubectl KUBECTL = new Kubectl("claudecluster");

    /** Between two lines, as a shell would. */
    private static Path variables;

    private static ChartRelease chart;
    private static Release installed;

    @BeforeAll
    static void install() throws Exception {
        variables = Files.createTempFile("variables", ".sh");
        assertThat(LINES).hasSize(9);
        shell(LINES.get(0));
        shell(LINES.get(1));
        shell(LINES.get(2));
        shell(LINES.get(3));
        assertThat(LINES.get(4))
                .isEqualTo(
                        "helm install claudecluster-worker helm/claudecluster-worker --namespace claudecluster --wait"
                                + " --set worker.executor=auto --set access.existingSecret=" + ChartRelease.KEYS);
        chart = ChartRelease.existing(KUBECTL, shell("echo $KEY").strip());
        installed = chart.install("worker: {executor: auto}");
    }

    /** The README's last line comes last here: with a credential it would be the CLI that runs tasks. */
    @AfterAll
    static void uninstall_leaves_the_secret_of_the_user_and_nothing_else() throws Exception {
        assertThat(README).hasSize(7);
        assertThat(shell(README.getLast())).contains("secret/" + ChartRelease.NAME + "-auth created");
        chart.uninstallLeaving("secret/" + ChartRelease.NAME + "-auth");
        chart.close();
        Files.delete(variables);
    }

    @Test
    void the_readme_has_the_same_commands() {
        assertThat(LINES).containsAll(README.subList(0, 6));
        assertThat(commandsBelow(Path.of("docs", "kubernetes.md"), "## Credentials"))
                .containsExactly(README.getLast());
    }

    /** The lines of the first block of commands below a line that matches. */
    private static List<String> commandsBelow(Path page, String heading) {
        try {
            String block =
                    Files.readString(page).split("(?m)^" + heading + "$", 2)[1].split("```bash\n", 2)[1];
            return block.split("\n```", 2)[0].replaceAll("\\\\\n *", "").lines().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Api api() {
        return chart.api(chart.pods().getFirst());
    }

    private static String shell(String line) throws IOException, InterruptedException {
        String kept = "\nended=$?; declare -p KEY HASH >\"$0\" 2>/dev/null; exit $ended";
        Process process = new ProcessBuilder("bash", "-c", ". \"$0\"\n" + line + kept, variables.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(() -> line + ": " + said).isZero();
        return said;
    }

    @Test
    void helm_waits_until_it_is_ready() {
        assertThat(installed.getStatus()).isEqualTo("deployed");
        assertThat(ChartRelease.isReady(chart.pod(chart.pods().getFirst()))).isTrue();
    }

    @Test
    void helm_test_finds_that_it_is_there_and_lets_nobody_in_without_a_key() {
        assertThat(LINES.get(5)).isEqualTo("helm test claudecluster-worker --namespace claudecluster");
        assertThat(chart.test().getStatus()).isEqualTo("deployed");
    }

    @Test
    void the_commands_work_through_a_port_forward_and_so_do_the_three_of_the_readme() throws Exception {
        List<String> readme = commandsBelow(Path.of("README.md"), "## Three requests").stream()
                .map(line -> line.replaceFirst("^curl ", "curl -H \"Authorization: Bearer \\$KEY\" "))
                .toList();
        assertThat(readme).hasSize(3);
        assertThat(LINES.get(6)).endsWith(" &");
        Process forward =
                new ProcessBuilder("bash", "-c", "exec " + LINES.get(6).replaceFirst(" &$", "")).start();
        try (Api local = new Api(3001)) {
            await().atMost(Duration.ofSeconds(30)).until(local::isReady);

            String id = Api.json(shell(LINES.get(7))).path("taskId").asText();
            assertStreamed(shell(LINES.get(8).replace("TASK_ID", id)));

            assertThat(shell(readme.get(0))).contains("\"status\":\"available\"");
            String second = Api.json(shell(readme.get(1))).path("taskId").asText();
            assertStreamed(shell(readme.get(2).replaceFirst("/stream/\\S+", "/stream/" + second)));
        } finally {
            forward.destroyForcibly();
        }
    }

    private static void assertStreamed(String events) {
        assertThat(events).contains("event: output", "event: complete", "\"status\":\"completed\"");
    }

    @Test
    void without_a_credential_the_stub_runs_tasks_and_everything_says_so() {
        JsonNode status = Api.json(api().get("/pty/status"));

        assertThat(status.path("requestedExecutorType").asText()).isEqualTo("auto");
        assertThat(status.path("executorType").asText()).isEqualTo("stub");
        assertThat(status.path("reason").asText()).contains("no credentials");
        assertThat(Api.json(api().get("/hello"))
                        .path("capabilities")
                        .path("executorType")
                        .asText())
                .isEqualTo("stub");
        assertThat(api().get("/q/health/ready").body()).contains("\"executorType\": \"stub\"", "no credentials");
        assertThat(chart.kubectl().run("logs", chart.pods().getFirst())).contains("WARN", "no credentials");
        assertThat(installed.getOutput())
                .contains("NO CREDENTIAL", "tasks are run by the stub", ChartRelease.NAME + "-auth");
    }

    @Test
    void the_pod_has_no_right_that_it_does_not_need() {
        String pod = chart.pods().getFirst();

        assertThat(chart.kubectl().run("exec", pod, "--", "id", "-u").strip()).isEqualTo("1000");
        assertThat(chart.kubectl().run("exec", pod, "--", "cat", "/proc/1/status"))
                .containsPattern("CapEff:\\s+0000000000000000")
                .containsPattern("CapBnd:\\s+0000000000000000")
                .containsPattern("NoNewPrivs:\\s+1");
        assertThat(chart.kubectl().run("exec", pod, "--", "sh", "-c", "touch /etc/x 2>&1 || true"))
                .contains("Read-only file system");
        assertThat(chart.kubectl().run("exec", pod, "--", "sh", "-c", "ls /var/run/secrets 2>&1 || true"))
                .contains("No such file");
    }

    @Test
    void what_a_worker_has_accepted_is_there_after_its_pod_was_deleted() {
        String pod = chart.pods().getFirst();
        String task = api().submit("#stub\nprint kept");
        api().awaitEnd(task);

        chart.kubectl().run("delete", "pod", pod);
        chart.kubectl().run("rollout", "status", "deployment/" + ChartRelease.NAME, "--timeout=120s");

        assertThat(chart.pods()).doesNotContain(pod);
        assertThat(api().output(task)).isEqualTo("kept\r\n");
    }
}
