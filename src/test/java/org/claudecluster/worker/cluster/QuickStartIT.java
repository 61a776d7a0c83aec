package org.claudecluster.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Release;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.claudecluster.worker.e2e.Api;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The chart as it comes, without a value and without a credential. */
class QuickStartIT {

    private static ChartRelease chart;
    private static Release installed;

    @BeforeAll
    static void install() throws IOException {
        chart = ChartRelease.in("quick-start");
        installed = chart.install("{}");
    }

    @AfterAll
    static void uninstall_leaves_nothing() throws IOException {
        chart.uninstallLeaving();
        chart.close();
    }

    private static Api api() {
        return chart.api(chart.pods().getFirst());
    }

    @Test
    void helm_waits_until_it_is_ready() {
        assertThat(installed.getStatus()).isEqualTo("deployed");
        assertThat(ChartRelease.isReady(chart.pod(chart.pods().getFirst()))).isTrue();
    }

    @Test
    void helm_test_runs_a_task_to_its_end() {
        assertThat(chart.test().getStatus()).isEqualTo("deployed");
    }

    @Test
    void the_curl_lines_of_the_readme_work_through_a_port_forward() throws Exception {
        List<String> lines = Files.readAllLines(Path.of("README.md")).stream()
                .filter(line -> line.startsWith("curl "))
                .limit(3)
                .toList();
        try (PortForward _ = PortForward.to(chart.kubectl(), "service/" + ChartRelease.FULL_NAME, "3001:3001")) {
            assertThat(shell(lines.get(0))).contains("\"status\":\"available\"");
            String id = Api.json(shell(lines.get(1))).path("taskId").asText();
            String stream = shell(lines.get(2).replaceFirst("/stream/\\S+", "/stream/" + id));
            assertThat(stream).contains("event: output", "event: complete", "\"status\":\"completed\"");
        }
    }

    private static String shell(String line) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-c", line)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(() -> line + ": " + said).isZero();
        return said;
    }

    @Test
    void without_a_credential_the_stub_runs_tasks_and_everything_says_so() {
        JsonNode status = Api.json(api().get("/pty/status"));

        assertThat(status.path("requestedExecutorType").asText()).isEqualTo("auto");
        assertThat(status.path("executorType").asText()).isEqualTo("stub");
        assertThat(status.path("reason").asText()).contains("credential");
        assertThat(Api.json(api().get("/hello")).path("capabilities").path("executorType").asText())
                .isEqualTo("stub");
        assertThat(api().get("/q/health/ready").body()).contains("stub", "credential");
        assertThat(chart.kubectl().run("logs", chart.pods().getFirst())).contains("WARN", "credential");
        assertThat(installed.getOutput()).contains("stub", ChartRelease.FULL_NAME + "-auth");
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
    void what_the_worker_has_accepted_is_there_after_its_pod_was_deleted() {
        String pod = chart.pods().getFirst();
        String task = api().submit("#stub\nprint kept");
        api().awaitEnd(task);

        chart.kubectl().run("delete", "pod", pod);
        chart.kubectl().run("rollout", "status", "deployment/" + ChartRelease.FULL_NAME, "--timeout=120s");

        assertThat(chart.pods()).doesNotContain(pod);
        assertThat(api().output(task)).isEqualTo("kept\r\n");
    }
}
