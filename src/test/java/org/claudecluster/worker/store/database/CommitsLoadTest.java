package org.claudecluster.worker.store.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.claudecluster.worker.Ports;
import org.claudecluster.worker.store.Databases;
import org.claudecluster.worker.store.JdbcTaskStore;
import org.claudecluster.worker.store.StoreFixture;
import org.claudecluster.worker.store.Together;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.store.NewTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Measures both ways to commit on a PostgreSQL that forces its disk; for a person to compare, so it holds no figure. */
@EnabledIfSystemProperty(named = "commits.rounds", matches = "[1-9]\\d*")
class CommitsLoadTest {

    private static final int EACH = 600;

    @Test
    void submit_claim_and_finish_by_many_at_once() throws Exception {
        Path work = Files.createDirectories(Path.of("target", "postgres").toAbsolutePath());
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(work.toFile())
                        .setPort(Ports.free())
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                        .start();
                AgroalDataSource pool = Databases.open(
                        "jdbc:postgresql://127.0.0.1:" + server.getPort()
                                + "/postgres?sslmode=disable&prepareThreshold=0",
                        "postgres")) {
            int rounds = Integer.getInteger("commits.rounds");
            round(pool, 50, "warm-up");
            IntStream.rangeClosed(1, rounds)
                    .forEach(round -> List.of(1, 5, 50).forEach(callers -> round(pool, callers, "round " + round)));
        }
    }

    private static void round(AgroalDataSource pool, int callers, String name) {
        measure(pool, callers, name + " group", GroupCommit::new);
        measure(pool, callers, name + " own", OwnCommits::new);
    }

    private static void measure(AgroalDataSource pool, int callers, String name, Function<DataSource, Commits> way) {
        Connections reads = new Connections(pool, () -> {});
        reads.with(connection -> Sql.update(connection, "TRUNCATE task, attempt CASCADE"));
        try (JdbcTaskStore store =
                new JdbcTaskStore(reads, way.apply(pool), way.apply(pool), way.apply(pool), Duration.ofSeconds(30))) {
            List<Long> took = Collections.synchronizedList(new ArrayList<>());
            List<Callable<Integer>> calls = IntStream.range(0, callers)
                    .mapToObj(i -> Together.call(() -> cycles(store, i, Math.max(20, EACH / callers), took)))
                    .toList();
            long began = System.nanoTime();
            int done = Together.run(calls).stream().mapToInt(Integer::intValue).sum();
            double seconds = (System.nanoTime() - began) / 1e9;
            List<Long> sorted = took.stream().sorted().toList();
            System.out.printf(
                    "COMMITS %-16s callers %2d: %6.0f tasks/s, p50 %6.2f ms, p99 %6.2f ms%n",
                    name, callers, done / seconds, at(sorted, 0.5), at(sorted, 0.99));
            assertThat(took).hasSize(done);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static double at(List<Long> sorted, double share) {
        return sorted.get((int) (share * (sorted.size() - 1))) / 1e6;
    }

    /** Each caller is a worker that submits for itself, so that nobody takes what another one has submitted. */
    private static int cycles(JdbcTaskStore store, int caller, int many, List<Long> took) {
        String name = "w" + caller;
        Claimant self = new Claimant(
                new WorkerId(name),
                new HashSet<>(List.of(name)),
                "pty",
                Optional.empty(),
                Sessions.NONE,
                Duration.ofMinutes(10),
                Duration.ofMinutes(10));
        for (int i = 0; i < many; i++) {
            long began = System.nanoTime();
            store.enqueue(new NewTask(
                    TaskId.create(Instant.now()),
                    Submitter.UNKNOWN,
                    ASpec.asking("a prompt").requiring(name).build(),
                    Optional.empty()));
            List<Task> claimed = store.claim(self, 1);
            assertThat(claimed).hasSize(1);
            assertThat(store.finish(claimed.getFirst().lease(), StoreFixture.DONE))
                    .isTrue();
            took.add(System.nanoTime() - began);
        }
        return many;
    }
}
