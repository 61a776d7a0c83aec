package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.claudecluster.worker.apistub.AnthropicStub;
import org.claudecluster.worker.apistub.Charge;
import org.claudecluster.worker.e2e.Ledger.Amount;
import org.claudecluster.worker.e2e.Ledger.Row;

/**
 * Two lives of a worker, between which it is killed in the middle of its work, and the books that are left. Each task has
 * an account of its own on the stub's bill. For each {@code share} there are twenty tasks: two are parked, four are tried
 * again, two are lost, five follow others; in half of those that fail, the model has answered before.
 */
final class LedgerRun implements AutoCloseable {

    static final int TASKS_OF_A_SHARE = 20;

    private static final Duration LONG = Duration.ofMinutes(4);
    private static final Set<String> ENDED = Set.of("completed", "failed", "cancelled");

    private final AnthropicStub stub = AnthropicStub.start();
    private final WorkerSetup setup;
    private final int share;
    private final boolean savesCost;
    private final Path gate;

    /** The account of each task. */
    private final Map<String, String> accounts = new TreeMap<>();
    /** What had been billed when the worker was killed, of those whose CLI could leave it to nobody. */
    private final List<Charge> forgotten = new ArrayList<>();

    private List<String> chained = List.of();
    private List<String> lost = List.of();
    private Amount meteredBefore = Amount.NONE;
    private Amount meteredAfter = Amount.NONE;

    /**
     * Starts nothing yet.
     *
     * @param savesCost whether the CLI, when its terminal hangs up, leaves what it has spent to the next in its session
     */
    LedgerRun(Path home, Path cli, int share, boolean savesCost) {
        this.share = share;
        this.savesCost = savesCost;
        gate = home.resolve("gate");
        setup = WorkerSetup.in(home)
                .withCli(cli)
                .with("ANTHROPIC_BASE_URL", stub.baseUrl().toString())
                .with("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-stub-token-000000000000000000000000")
                .with("CLAUDE_CODE_MAX_RETRIES", "1")
                .with("MAX_CONCURRENT_PROCESSES", String.valueOf(2 * share));
    }

    void firstLife() throws IOException, InterruptedException {
        WorkerProcess worker = setup.start();
        try {
            Api api = worker.api();
            // First, so that all of them meet the limit before it lets nobody else begin.
            run(api, share, "[[stub:limit in=12 times=1");
            run(api, share, "[[stub:limit in=12 times=1 after=1");
            List<String> begun = run(api, 3 * share, "[[stub:bash cmd=true");
            run(api, 3 * share, "[[stub:plain");
            run(api, share, "[[stub:status code=529 times=2");
            run(api, share, "[[stub:status code=529 times=2 after=1");
            run(api, share, "[[stub:status code=500 times=2 after=1");
            awaitEnd(api, begun);
            chained = follow(api, begun, "[[stub:plain");
            awaitEnd(api, accounts.keySet());
            meteredBefore = awaitMetered(api, Ledger.billed(stub.bill(), accounts.values()));
            beginWhatIsLost(api);
            // Nobody has a slot for these.
            run(api, share, "[[stub:plain");
            run(api, share, "[[stub:status code=529 times=2 after=1");
            assertThat(Ledger.metered(api)).isEqualTo(meteredBefore);
            kill(worker);
        } finally {
            worker.destroy();
        }
    }

    private void beginWhatIsLost(Api api) {
        String waiting = "[[stub:bash cmd=\"echo begun; until [ -e " + gate + " ]; do sleep 0.2; done\"";
        List<String> known = List.copyOf(chained.subList(0, share));
        lost = Stream.of(run(api, share, waiting), follow(api, known, waiting))
                .flatMap(List::stream)
                .toList();
        await("each has one answer of the model, and its tool runs")
                .atMost(LONG)
                .until(() -> lost.stream()
                        .allMatch(id -> Machine.processesOf(List.of(id)).values().stream()
                                .anyMatch(command -> command.startsWith("sleep"))));
    }

    /**
     * One of those that run loses its CLI in the same moment; the others' hear that their terminals are gone. A CLI that
     * saves no cost says nothing when it hears that, so there all of them are ended at once.
     */
    private void kill(WorkerProcess worker) throws IOException, InterruptedException {
        List<String> silent = savesCost ? lost.subList(0, 1) : lost;
        List<String> theirs = silent.stream().map(accounts::get).toList();
        stub.bill().stream().filter(charge -> theirs.contains(charge.account())).forEach(forgotten::add);
        assertThat(forgotten).hasSameSizeAs(silent);
        worker.signal("STOP");
        await().until(() -> hasEnded(silent));
        worker.kill();
        await("the CLIs have seen that nobody is left")
                .atMost(LONG)
                .until(() -> Machine.processesOf(lost).isEmpty());
        Files.createFile(gate);
    }

    /** Whether nothing of them is left; it is asked again for what was born meanwhile. */
    private static boolean hasEnded(List<String> tasks) {
        Map<Long, String> left = Machine.processesOf(tasks);
        left.keySet().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        return left.isEmpty();
    }

    void secondLife() throws IOException {
        try (WorkerProcess worker = setup.start()) {
            Api api = worker.api();
            awaitEnd(api, accounts.keySet());
            follow(api, lost.subList(0, share), "[[stub:plain");
            follow(api, chained.subList(2 * share, 3 * share), "[[stub:bash cmd=true");
            awaitEnd(api, accounts.keySet());
            Amount all = Ledger.billed(stub.bill(), accounts.values());
            meteredAfter = awaitMetered(api, all.minus(meteredBefore).minus(unknown()));
        }
    }

    private Amount unknown() {
        return Amount.sum(forgotten.stream().map(Amount::of).toList());
    }

    void assertTheBooksAreEven() throws SQLException {
        List<Row> rows = Ledger.rows(setup.dataDir());
        Amount ledger = Row.sum(rows);
        Amount bill = Amount.sum(stub.bill().stream().map(Amount::of).toList());
        assertThat(accounts).hasSize(TASKS_OF_A_SHARE * share);
        assertThat(ends(rows))
                .isEqualTo(Map.of(
                        "parked", 2 * share, "retried", 4 * share, "lost", 2 * share, "completed", accounts.size()));
        assertThat(ledger).isEqualTo(meteredBefore.plus(meteredAfter));
        assertThat(ledger.plus(unknown())).isEqualTo(bill);
        assertThat(accounts)
                .allSatisfy((task, account) -> assertThat(Row.sum(of(task, rows)))
                        .isEqualTo(Ledger.billed(stub.bill(), List.of(account))
                                .minus(Ledger.billed(forgotten, List.of(account)))));
        assertThat(lost).allSatisfy(task -> assertLost(of(task, rows)));
        System.out.printf(
                "%d tasks in %d attempts: ledger %s, metrics %s + %s, bill %s, of which nobody knows %s%n",
                accounts.size(), rows.size(), ledger, meteredBefore, meteredAfter, bill, unknown());
    }

    /** What it had spent is unknown, and the next in its session has all that can be known. */
    private static void assertLost(List<Row> rows) {
        assertThat(rows).extracting(Row::end).containsExactly("lost", "completed");
        assertThat(rows.getFirst().spent()).isEmpty();
        assertThat(rows.getLast().resumed()).isTrue();
        assertThat(rows.getLast().session()).isEqualTo(rows.getFirst().session());
        assertThat(rows.getLast().spent()).isPresent();
    }

    private static Map<String, Integer> ends(List<Row> rows) {
        Map<String, Integer> ends = new TreeMap<>();
        rows.forEach(row -> ends.merge(row.end(), 1, Integer::sum));
        return ends;
    }

    private static List<Row> of(String task, List<Row> rows) {
        return rows.stream().filter(row -> row.task().equals(task)).toList();
    }

    private List<String> run(Api api, int count, String directive) {
        return IntStream.range(0, count)
                .mapToObj(_ -> submit(api, "/run", directive))
                .toList();
    }

    private List<String> follow(Api api, List<String> tasks, String directive) {
        return tasks.stream()
                .map(task -> submit(api, "/tasks/" + task + "/continue", directive))
                .toList();
    }

    private String submit(Api api, String path, String directive) {
        String account = "a" + accounts.size();
        ObjectNode body = Api.body("do it " + directive + " account=" + account + "]]");
        ObjectNode retry = body.putObject("retry").put("maxAttempts", 3);
        retry.putArray("on").add("overloaded").add("api_error").add("worker_lost");
        retry.putObject("backoff").put("initialMs", 100);
        body.putObject("claude")
                .put("model", "claude-sonnet-4-5")
                .putArray("allowedTools")
                .add("Bash");
        HttpResponse<String> accepted = api.post(path, body.toString());
        assertThat(accepted.statusCode()).as(accepted::body).isEqualTo(202);
        String task = Api.json(accepted).path("taskId").asText();
        accounts.put(task, account);
        return task;
    }

    private static void awaitEnd(Api api, Collection<String> tasks) {
        List<String> open = new ArrayList<>(tasks);
        await().atMost(LONG).pollInterval(Duration.ofMillis(250)).until(() -> {
            open.removeIf(task -> ENDED.contains(api.task(task).path("status").asText()));
            return open.isEmpty();
        });
    }

    private static Amount awaitMetered(Api api, Amount expected) {
        await().untilAsserted(() -> assertThat(Ledger.metered(api)).isEqualTo(expected));
        return expected;
    }

    @Override
    public void close() {
        stub.close();
    }
}
