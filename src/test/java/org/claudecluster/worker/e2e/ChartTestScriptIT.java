package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that {@code helm test} runs beside a release, here beside a worker of this machine. */
class ChartTestScriptIT {

    private static final Path SCRIPT = Path.of("helm/claudecluster-worker/files/test.sh");

    @TempDir
    Path home;

    private record Answer(int exitCode, String text) {}

    @Test
    void where_nobody_needs_a_key_a_task_runs_to_its_end_and_is_removed() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home);
        try (WorkerProcess worker = setup.start()) {
            Answer answer = test(setup, "local");

            assertThat(answer.text()).contains("\"status\":\"completed\"", "OK after");
            assertThat(answer.exitCode()).isZero();
            assertThat(worker.api().allTaskIds()).isEmpty();
        }
    }

    @Test
    void where_everybody_needs_a_key_a_task_without_one_is_refused() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home).with("HOST", "0.0.0.0");
        try (WorkerProcess _ = setup.start()) {
            Answer answer = test(setup, "key");

            assertThat(answer.text()).contains("\"status\":\"available\"", "problem:unauthorized", "OK after");
            assertThat(answer.exitCode()).isZero();
        }
    }

    @Test
    void a_worker_that_should_ask_for_a_key_and_does_not_fails_the_test() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home);
        try (WorkerProcess _ = setup.start()) {
            Answer answer = test(setup, "key");

            assertThat(answer.text()).contains("FAILED: a task was taken without a key");
            assertThat(answer.exitCode()).isEqualTo(1);
        }
    }

    private static Answer test(WorkerSetup setup, String mode) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", SCRIPT.toString()).redirectErrorStream(true);
        builder.environment().put("SERVICE", "localhost");
        builder.environment().put("SERVICE_PORT", String.valueOf(setup.port()));
        builder.environment().put("ACCESS_MODE", mode);
        builder.environment().put("PATIENCE_SECONDS", "60");
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text);
    }
}
