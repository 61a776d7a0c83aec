package org.claudecluster.worker.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.claudecluster.worker.e2e.Api;
import org.claudecluster.worker.e2e.Heap;
import org.claudecluster.worker.e2e.WorkerProcess;
import org.claudecluster.worker.e2e.WorkerSetup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests at random against a packaged worker, of two tenants and of nobody: it answers none with a 5xx, refuses each by
 * a problem, tells nobody anything of another tenant, and keeps its heap. {@code -Dfuzz.requests} says how many, {@code -Dfuzz.seed} makes the same ones again, and {@code -Dfuzz.only}
 * sends that one alone.
 */
class FuzzIT {

    private static final int SENDERS = 8;
    private static final int SHOWN = 40;
    /** What a store's cache and compiled queries may grow by. */
    private static final long SLACK = 24L * 1024 * 1024;

    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 2_000);
    private static final long SEED = Long.getLong("fuzz.seed", 1);

    private final Faults faults = new Faults();
    private final Map<Integer, Integer> statuses = new TreeMap<>();

    @TempDir
    Path home;

    private WorkerProcess worker;
    private Wire wire;
    private RequestMaker maker;

    @BeforeEach
    void start() throws IOException {
        WorkerSetup setup = WorkerSetup.in(home)
                .with("WORKER_ACCESS_KEYS_FILE", Tenants.keysFile(home).toString());
        worker = setup.start();
        wire = new Wire(setup.port());
        JsonNode document = Api.json(worker.api().get("/q/openapi?format=json"));
        List<String> tasks = Stream.of(Tenants.ALPHA, Tenants.BETA)
                .flatMap(party -> tasksOf(party, setup.port()))
                .toList();
        maker = new RequestMaker(document, tasks, SEED);
    }

    private static Stream<String> tasksOf(Tenants.Party party, int port) {
        try (Api api = new Api(port, Optional.of(party.key()))) {
            List<String> tasks = IntStream.range(0, 5)
                    .mapToObj(_ -> api.submit("#stub\nprint hello " + party.mark()))
                    .toList();
            tasks.forEach(api::awaitEnd);
            return tasks.stream();
        }
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void whatever_is_sent_is_answered_or_refused_by_a_problem_and_costs_no_memory() throws Exception {
        System.out.printf("fuzz: %,d requests with -Dfuzz.seed=%d%n", REQUESTS, SEED);
        long begin = System.nanoTime();
        assertThat(maker.operations()).hasSizeGreaterThan(15);

        send(0, REQUESTS / 4);
        long early = Heap.live(worker.pid());
        send(REQUESTS / 4, REQUESTS);
        long late = Heap.live(worker.pid());

        System.out.printf(
                Locale.ROOT,
                "fuzz: %.1f s, answers %s, heap %.1f MB after a quarter and %.1f MB at the end%n",
                (System.nanoTime() - begin) / 1e9,
                statuses,
                early / 1e6,
                late / 1e6);
        assertThat(worker.isAlive()).as(worker::log).isTrue();
        assertThat(worker.api().isReady()).isTrue();
        faults.shown().forEach((sort, example) -> System.out.printf("fuzz: FAULT %s: %s%n", sort, example));
        assertThat(faults.shown().keySet())
                .as("faults with -Dfuzz.seed=%d", SEED)
                .isEmpty();
        assertThat(worker.log()
                        .lines()
                        .filter(line -> line.contains("\"level\":\"ERROR\""))
                        .limit(SHOWN))
                .isEmpty();
        assertThat(late).as("bytes that live").isLessThan(early + SLACK);
    }

    private void send(int from, int to) throws Exception {
        int only = Integer.getInteger("fuzz.only", -1);
        AtomicInteger next = new AtomicInteger(from);
        try (ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                running.add(senders.submit(() -> {
                    for (int number = next.getAndIncrement(); number < to; number = next.getAndIncrement()) {
                        if (only < 0 || only == number) {
                            judge(number);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> sender : running) {
                sender.get();
            }
        }
    }

    private void judge(int number) throws IOException {
        Optional<Tenants.Party> party = Tenants.of(number);
        Sent made = maker.make(number);
        Sent sent = party.map(known -> made.by(known.key())).orElse(made);
        List<Answer> answers = Answer.of(wire.exchange(sent), sent.head());
        if (answers.isEmpty() && sent.whole()) {
            faults.add(number, sent, "no answer", "");
        }
        for (Answer answer : answers) {
            Optional<String> fault = answer.fault(sent.head()).or(() -> Tenants.leak(party, answer));
            fault.ifPresent(what -> faults.add(number, sent, what, answer.shown()));
            synchronized (statuses) {
                statuses.merge(answer.status(), 1, Integer::sum);
            }
        }
    }
}
