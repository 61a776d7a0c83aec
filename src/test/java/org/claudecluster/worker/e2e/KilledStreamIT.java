package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A viewer holds what the log has not, since its worker was killed between two flushes. */
class KilledStreamIT {

    @TempDir
    Path home;

    private WorkerSetup neverFlushing() throws IOException {
        return WorkerSetup.in(home).withCli(WorkerSetup.shellCli(home)).with("WORKER_STORAGE_FLUSH", "10m");
    }

    @Test
    void with_no_attempt_left_it_gets_the_end_and_then_no_more() throws Exception {
        WorkerSetup setup = neverFlushing();
        try (WorkerProcess worker = setup.start()) {
            EventSource viewer = new EventSource(worker.api().submit(EventSource.printing("first") + "; sleep 6000"));
            viewer.takeUntil(worker.api(), EventSource.last("first"));
            worker.kill();
            try (WorkerProcess next = setup.start()) {
                viewer.takeUntil(next.api(), "nothing more is printed");

                viewer.requireWhole(EventSource.printed("first"));
                assertThat(viewer.seen().getLast().data()).contains("worker_lost");
                viewer.requireStopped(next.api());
            }
        }
    }

    @Test
    void with_an_attempt_left_it_gets_all_of_that_and_the_end() throws Exception {
        WorkerSetup setup = neverFlushing();
        ObjectNode body = Api.body("if [ -e flag ]; then " + EventSource.printing("second")
                        + "; exit 0; fi; touch flag; " + EventSource.printing("first") + "; sleep 6000")
                .put("maxAttempts", 2)
                .put("workingDirectory", "shared");
        try (WorkerProcess worker = setup.start()) {
            String task = worker.api().submit(body);
            EventSource viewer = new EventSource(task);
            viewer.takeUntil(worker.api(), EventSource.last("first"));
            worker.kill();
            try (WorkerProcess next = setup.start()) {
                viewer.takeUntil(next.api(), "nothing more is printed");

                viewer.requireWhole(EventSource.printed("first") + EventSource.printed("second"));
                viewer.requireStopped(next.api());
                requireBothInTheLedger(next.api().task(task), viewer.lastEventId());
            }
        }
    }

    private static void requireBothInTheLedger(JsonNode task, long lastEventId) {
        JsonNode attempts = task.path("attempts");
        assertThat(attempts.findValuesAsText("ending")).as(task::toPrettyString).containsExactly("lost", "completed");
        assertThat(attempts.path(0).path("lastEventId").isMissingNode()).isTrue();
        assertThat(attempts.path(0).path("costUsd").isMissingNode()).isTrue();
        assertThat(attempts.path(1).path("lastEventId").asLong()).isEqualTo(lastEventId);
    }

    @Test
    void a_position_that_never_was_shows_all_there_is_and_does_not_hang() throws Exception {
        try (WorkerProcess worker = neverFlushing().start()) {
            String task = worker.api().submit("echo hello");
            worker.api().awaitEnd(task);

            try (SseStream future = worker.api().stream(task, 999_999_999_999_999_999L)) {
                assertThat(future.rest()).extracting(SseStream.Event::name).contains("output", "complete");
            }
            try (SseStream gap = worker.api().stream(task, (1L << 32) + 1_000)) {
                assertThat(gap.rest()).extracting(SseStream.Event::name).containsExactly("complete");
            }
        }
    }
}
