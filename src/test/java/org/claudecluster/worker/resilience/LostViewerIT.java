package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.claudecluster.worker.e2e.Api;
import org.claudecluster.worker.e2e.EventSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker is killed between two flushes while somebody watches: the viewer goes on at another replica. */
class LostViewerIT {

    private static final String NOTHING_MORE = "nothing more is printed";

    @TempDir
    Path home;

    private Cluster neverFlushing() throws Exception {
        return new Cluster(home).withShell().with("WORKER_STORAGE_FLUSH", "10m");
    }

    @Test
    void with_no_attempt_left_the_viewer_gets_the_end_which_is_the_same_on_every_replica() throws Exception {
        try (Cluster cluster = neverFlushing()) {
            Replica victim = cluster.replica("victim").start();
            Replica other = cluster.replica("other").elsewhere().start();
            Replica third = cluster.replica("third").elsewhere().start();
            EventSource viewer =
                    new EventSource(victim.api().submit(only(EventSource.printing("first") + "; sleep 6000")));
            viewer.takeUntil(victim.api(), EventSource.last("first"));
            victim.process().kill();

            viewer.takeUntil(other.api(), NOTHING_MORE);

            viewer.requireWhole(EventSource.printed("first"));
            assertThat(viewer.seen().getLast().data()).contains("worker_lost");
            viewer.requireStopped(third.api());
            assertThat(finished(other, "worker_lost") + finished(third, "worker_lost"))
                    .as("counted by whoever reaped it, and by nobody else")
                    .isOne();
            victim.start();
        }
    }

    @Test
    void with_an_attempt_left_the_viewer_gets_all_of_that_and_the_end() throws Exception {
        try (Cluster cluster = neverFlushing()) {
            Replica victim = cluster.replica("victim").start();
            Path flag = home.resolve("flag");
            String task = victim.api()
                    .submit(Api.body("if [ -e " + flag + " ]; then " + EventSource.printing("second")
                                    + "; exit 0; fi; touch " + flag + "; " + EventSource.printing("first")
                                    + "; sleep 6000")
                            .put("maxAttempts", 2));
            EventSource viewer = new EventSource(task);
            viewer.takeUntil(victim.api(), EventSource.last("first"));
            Replica other = cluster.replica("other").elsewhere().start();
            Replica third = cluster.replica("third").elsewhere().start();
            victim.process().kill();

            viewer.takeUntil(other.api(), NOTHING_MORE);

            viewer.requireWhole(EventSource.printed("first") + EventSource.printed("second"));
            viewer.requireStopped(third.api());
            assertThat(third.api().task(task).path("attempts").findValuesAsText("ending"))
                    .containsExactly("lost", "completed");
            victim.start();
        }
    }

    private static ObjectNode only(String script) {
        return Api.body(script).put("workerId", "victim").put("requireWorker", true);
    }

    private static int finished(Replica replica, String reason) {
        return replica.api()
                .get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("worker_tasks_finished_total") && line.contains("\"" + reason + "\""))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
