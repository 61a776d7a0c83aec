package org.claudecluster.worker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How soon the worker in an image answers. The numbers are in {@code target/first-answer.txt}, which CI shows. */
class FirstAnswerIT {

    private static final Path REPORT = Path.of("target/first-answer.txt");
    private static final int ROUNDS = 5;
    private static final long MEBIBYTE = 1024 * 1024;

    /** From the start of the container's process, not of the docker client. */
    private record Start(Duration hello, Duration ready, long residentBytes) {}

    @Test
    void with_the_cache_the_first_answer_comes_in_half_the_time() throws IOException {
        List<Start> with = new ArrayList<>();
        List<Start> without = new ArrayList<>();
        // In turns, so that both meet the same neighbours.
        IntStream.range(0, ROUNDS).forEach(_ -> {
            with.add(start(ContainerSetup.of(Images.JVM).with("JDK_JAVA_OPTIONS", "-XX:AOTMode=on")));
            without.add(start(ContainerSetup.of(Images.JVM).with("JDK_JAVA_OPTIONS", "-XX:AOTMode=off")));
        });

        Files.writeString(REPORT, line("with the AOT cache", with) + line("without it", without));
        assertThat(median(without).hello())
                .isGreaterThanOrEqualTo(median(with).hello().multipliedBy(2));
    }

    /** Without the CLI: it is asked for its version before the first answer, and no cache shortens its own start. */
    private static Start start(ContainerSetup setup) {
        try (Container worker = setup.with("EXECUTOR_TYPE", "stub")
                .with("CLAUDE_CLI_PATH", "/none")
                .launch()) {
            Instant hello = firstAnswer(worker, "/hello");
            Instant ready = firstAnswer(worker, "/q/health/ready");
            Instant begin = worker.startedAt();
            return new Start(Duration.between(begin, hello), Duration.between(begin, ready), resident(worker));
        }
    }

    private static Instant firstAnswer(Container worker, String path) {
        await().atMost(Duration.ofMinutes(2))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> answers(worker, path));
        return Instant.now();
    }

    private static boolean answers(Container worker, String path) {
        try {
            return worker.api().get(path).statusCode() == 200;
        } catch (UncheckedIOException _) {
            return false;
        }
    }

    /** Of the JVM, which is the child of tini. */
    private static long resident(Container worker) {
        return Long.parseLong(worker.exec("ps", "-C", "java", "-o", "rss=").strip()) * 1024;
    }

    private static Start median(List<Start> starts) {
        return new Start(
                starts.stream().map(Start::hello).sorted().toList().get(ROUNDS / 2),
                starts.stream().map(Start::ready).sorted().toList().get(ROUNDS / 2),
                starts.stream().map(Start::residentBytes).sorted().toList().get(ROUNDS / 2));
    }

    private static String line(String what, List<Start> starts) {
        Start median = median(starts);
        return "%-20s first answer %5d ms, ready %5d ms, idle RSS %d MiB (median of %d)%n"
                .formatted(
                        what,
                        median.hello().toMillis(),
                        median.ready().toMillis(),
                        median.residentBytes() / MEBIBYTE,
                        ROUNDS);
    }
}
