package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Bounds of docs/reliability.md that are shares of the heap, at their edge and in the heap that the images have. A worker
 * whose heap is not enough ends itself.
 */
@Isolated("prints 150 MB at once")
class HeapIT {

    private static final Duration LONG = Duration.ofSeconds(90);

    @TempDir
    Path home;

    private WorkerProcess worker;

    private void start(WorkerSetup setup) throws IOException {
        worker = setup.withOption("-Xmx512m").start();
    }

    @AfterEach
    void stop() throws Exception {
        assertThat(worker.isAlive()).as(worker::log).isTrue();
        System.out.printf("heap: %,d bytes live at the end%n", Heap.live(worker.pid()));
        worker.close();
    }

    @Test
    void of_five_long_lines_at_once_two_are_events_and_the_others_are_kept_as_output() throws Exception {
        Path cli = Path.of("src/test/resources/scripted-claude.sh").toAbsolutePath();
        start(WorkerSetup.in(home).withCli(cli).with("ANTHROPIC_API_KEY", "x"));
        Path go = home.resolve("go");

        List<String> tasks = IntStream.range(0, 5)
                .mapToObj(_ -> worker.api().submit(longAnswer(go)))
                .toList();
        tasks.forEach(task -> await().atMost(LONG).until(() -> printed(task) > 30_000_000));
        Files.createFile(go);

        Map<String, Long> ends = tasks.stream()
                .map(worker.api()::awaitEnd)
                .collect(Collectors.groupingBy(task -> task.path("status").asText(), Collectors.counting()));
        assertThat(ends).isEqualTo(Map.of("completed", 2L, "failed", 3L));
        assertThat(tasks).allSatisfy(task -> assertThat(printed(task)).isGreaterThan(30_000_000));
        assertThat(worker.api()
                        .awaitEnd(worker.api().submit(longAnswer(go)))
                        .path("status")
                        .asText())
                .as("what was taken is given back")
                .isEqualTo("completed");
    }

    /** Its last line has 30 MB, and its end comes only when a file is there. */
    private static String longAnswer(Path go) {
        return "init; printf '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"';"
                + " head -c 30000000 /dev/zero | tr '\\0' y; until [ -e '" + go + "' ]; do sleep 0.05; done;"
                + " printf '\"}\\n'";
    }

    private long printed(String task) {
        return worker.api().task(task).path("progress").path("outputBytes").asLong();
    }
}
