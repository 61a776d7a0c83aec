package org.claudecluster.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.claudecluster.worker.e2e.Api;
import org.claudecluster.worker.e2e.SseStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three workers on the chart's own PostgreSQL, grown from one. */
class ReplicasIT {

    /** A lost worker is noticed sooner than by default; everything else is the chart's. */
    private static final String VALUES = """
            replicaCount: %d
            worker:
              executor: stub
              settings: {worker.lease.duration: 12s, worker.lease.renew: 3s, worker.lease.margin: 4s}
            database:
              mode: bundled
              bundled: {password: try-out}
            podAnnotations: {round: "%s"}
            """;

    /** From a worker's last renewal until another has reaped what it ran, on two cores that do something else. */
    private static final Duration LOST = Duration.ofMinutes(1);

    private static ChartRelease release;
    private static String first;

    @BeforeAll
    static void one_worker_becomes_three() throws IOException {
        release = ChartRelease.in("replicas");
        release.install(VALUES.formatted(1, "one"));
        first = release.pods().getFirst();

        release.upgrade(VALUES.formatted(3, "one"));

        assertThat(release.pods()).hasSize(3).contains(first);
        assertThat(ChartRelease.restarts(release.pod(first))).isZero();
    }

    @AfterAll
    static void uninstall_leaves_nothing() throws IOException {
        release.uninstallLeaving();
        release.close();
    }

    private static Api anyone() {
        return release.anyone();
    }

    @BeforeEach
    void all_are_ready() {
        awaitThreeReady();
    }

    /** Starts a task on a pod, and waits until it runs there. */
    private static String running(String pod, String script) {
        String id = release.api(pod)
                .submit(Api.body("#stub\n" + script).put("workerId", pod).put("requireWorker", true));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> release.api(pod).task(id).path("status").asText().equals("running"));
        return id;
    }

    private static JsonNode ended(String id) {
        await().atMost(LOST)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> !anyone().task(id).path("status").asText().equals("running"));
        return anyone().task(id);
    }

    private static void awaitThreeReady() {
        await().atMost(ChartRelease.PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> release.workerPods().filter(ChartRelease::isReady).count() == 3
                        && release.pods().size() == 3);
    }

    @Test
    void every_worker_knows_the_others() {
        assertThat(Api.json(anyone().get("/workers")).path("workers"))
                .extracting(worker -> worker.path("name").asText())
                .containsAll(release.pods());
    }

    @Test
    void a_task_that_was_submitted_to_one_pod_is_streamed_from_another_while_it_runs_on_a_third() {
        List<String> pods = release.pods();
        String id = release.api(pods.get(0))
                .submit(Api.body("#stub\nprint begun\nsleep 3000\nprint ended")
                        .put("workerId", pods.get(2))
                        .put("requireWorker", true));

        List<SseStream.Event> events;
        try (SseStream stream = release.api(pods.get(1)).stream(id, 0)) {
            events = stream.rest();
        }

        assertThat(events.stream()
                        .filter(event -> event.name().equals("output"))
                        .map(SseStream.Event::output)
                        .collect(Collectors.joining()))
                .isEqualTo("begun\r\nended\r\n");
        assertThat(events.getLast().name()).isEqualTo("complete");
        assertThat(anyone().task(id).path("worker").asText()).startsWith(pods.get(2) + "-");
    }

    @Test
    void a_pod_that_is_deleted_lets_its_task_finish_and_the_others_go_on() {
        String pod = release.pods().getLast();
        String task = running(pod, "print begun\nsleep 12000\nprint ended");

        release.kubectl().run("delete", "pod", pod, "--wait=false");
        String next = anyone().submit("#stub\nprint others go on");

        assertThat(ended(task).path("status").asText()).isEqualTo("completed");
        assertThat(anyone().output(task)).isEqualTo("begun\r\nended\r\n");
        assertThat(anyone().awaitEnd(next).path("status").asText()).isEqualTo("completed");
        awaitThreeReady();
    }

    /** As when memory runs out: nobody in there gets to say a last word. */
    @Test
    void a_worker_that_is_killed_loses_its_task_for_a_reason_and_the_others_go_on() {
        String pod = release.pods().getLast();
        String lost = running(pod, "print begun\nsleep 120000");
        String again = release.api(pod)
                .submit(Api.body("#stub\nsleep 8000\nprint at last")
                        .put("workerId", pod)
                        .put("maxAttempts", 2));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> anyone().task(again).path("status").asText().equals("running"));

        release.kubectl()
                .run(
                        "exec",
                        pod,
                        "--",
                        "sh",
                        "-c",
                        "(sleep 1; kill -9 $(cat /proc/1/task/1/children)) >/dev/null 2>&1 &");

        JsonNode task = ended(lost);
        assertThat(task.path("status").asText()).isEqualTo("failed");
        assertThat(task.path("outcome").path("reason").asText()).isEqualTo("worker_lost");
        assertThat(anyone().output(lost)).isEqualTo("begun\r\n");
        assertThat(anyone().awaitEnd(again).path("status").asText()).isEqualTo("completed");
        awaitThreeReady();
        assertThat(ChartRelease.restarts(release.pod(pod))).isEqualTo(1);
    }

    /** Kubernetes forgets it at once, but the kubelet still asks the worker to end, and gives it two seconds. */
    @Test
    void a_pod_that_is_deleted_by_force_ends_its_task_for_a_reason_and_the_others_go_on() {
        String pod = release.pods().getLast();
        String ended = running(pod, "print begun\nsleep 120000");

        release.kubectl().run("delete", "pod", pod, "--grace-period=0", "--force", "--wait=false");

        JsonNode task = ended(ended);
        assertThat(task.path("status").asText()).isEqualTo("failed");
        assertThat(task.path("outcome").path("reason").asText()).isIn("drained", "worker_lost");
        assertThat(anyone().output(ended)).isEqualTo("begun\r\n");
        awaitThreeReady();
    }

    @Test
    void an_upgrade_replaces_every_pod_and_lets_what_runs_finish() throws IOException {
        List<String> before = release.pods();
        List<String> tasks = before.stream()
                .map(pod -> running(pod, "print begun\nsleep 15000\nprint ended"))
                .toList();

        release.upgrade(VALUES.formatted(3, "two"));

        awaitThreeReady();
        assertThat(release.pods()).doesNotContainAnyElementsOf(before);
        assertThat(tasks)
                .extracting(ReplicasIT::ended)
                .allSatisfy(task -> assertThat(task.path("status").asText()).isEqualTo("completed"));
    }
}
