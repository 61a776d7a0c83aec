package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged worker is stopped for longer than its leases last, as by a machine that freezes, and goes on. */
class StandstillIT {

    private static final Duration LEASE = Duration.ofSeconds(4);

    @TempDir
    Path home;

    @Test
    void what_ran_is_killed_at_once_and_run_again_only_after_that() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home)
                .withCli(WorkerSetup.shellCli(home))
                .with("WORKER_LEASE_DURATION", LEASE.toString())
                .with("WORKER_LEASE_RENEW", "500ms")
                .with("WORKER_LEASE_MARGIN", "1s");
        Path gate = home.resolve("gate");
        try (WorkerProcess worker = setup.start()) {
            // Deaf to all that is polite.
            String script = "trap '' INT TERM; echo run; until [ -e " + gate + " ]; do sleep 0.05; done; echo end";
            String task = worker.api().submit(Api.body(script).put("maxAttempts", 2));
            await().until(() -> worker.api().output(task).contains("run"));
            Set<Long> first = Machine.processesOf(List.of(task)).keySet();

            worker.signal("STOP");
            Instant enough = Instant.now().plus(LEASE.multipliedBy(2));
            await().atMost(Duration.ofSeconds(30)).until(() -> Instant.now().isAfter(enough));
            worker.signal("CONT");

            // Less than the three seconds that SIGINT would have had.
            await().atMost(Duration.ofSeconds(2))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() ->
                            Machine.processesOf(List.of(task)).keySet().stream().noneMatch(first::contains));
            Files.createFile(gate);
            JsonNode ended = worker.api().awaitEnd(task);
            assertThat(ended.path("status").asText()).isEqualTo("completed");
            assertThat(ended.path("attempt").asInt()).isEqualTo(2);
            assertThat(worker.api().output(task)).isEqualTo("run\r\nrun\r\nend\r\n");
            assertThat(worker.api().get("/q/metrics").body()).contains("worker_lease_lost_total 1.0");
        }
    }
}
