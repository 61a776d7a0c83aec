package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;

/**
 * A packaged worker that ends what hangs, hides or takes too much, so that nothing may be left of it.
 *
 * @param sleep the command of this test's tasks that no other process of this machine runs: found by its command line,
 *     whatever else it hides
 */
record Supervised(WorkerSetup setup, WorkerProcess worker, String sleep) implements AutoCloseable {

    /** With a megabyte of output as the most. */
    static Supervised start(WorkerSetup setup, String sleep) throws IOException {
        setup.with("WORKER_TRANSCRIPT_CAP", "1M").with("WORKER_TRANSCRIPT_AT_CAP", "fail");
        return new Supervised(setup, setup.start(), sleep);
    }

    Api api() {
        return worker.api();
    }

    JsonNode run(ObjectNode body) {
        return api().awaitEnd(api().submit(body));
    }

    /** Waits until a task has started so many. */
    void awaitSleepers(int atLeast) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Machine.running(sleep).size() >= atLeast);
    }

    void assertNothingIsLeft() {
        assertThat(Machine.processesOf(api().accepted())).isEmpty();
        assertThat(Machine.running(sleep)).isEmpty();
        assertThat(Machine.zombiesOf(worker.pid())).isZero();
        await().atMost(Duration.ofSeconds(2)).until(() -> worker.openTerminals() == 0);
        assertThat(setup.left("cli/runs")).isEmpty();
        assertThat(setup.left("cli/tmp")).isEmpty();
    }

    @Override
    public void close() {
        worker.close();
    }
}
