import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.store.JdbcTaskStore;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.WorkerId;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Measures two packaged workers that share one PostgreSQL on this machine, and prints a table. The database must be empty
 * and is left full.
 *
 * <pre>
 * mvn -q -Dquick -Dmaven.test.skip package
 * java -cp 'target/classes:target/quarkus-app/lib/main/*' bench/Replicas.java jdbc:postgresql://127.0.0.1:5432/bench USER PASSWORD
 * </pre>
 */
public final class Replicas {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final int SUBMITS = 5_000;
    private static final int CLIENTS = 16;
    private static final int CLAIMS = 2_000;

    private final Path jar = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private final Path cli = Path.of("bench/fake-claude.sh").toAbsolutePath();
    private final PGSimpleDataSource database = new PGSimpleDataSource();
    private final String url;
    private final String user;
    private final String password;
    private final List<String[]> rows = new ArrayList<>();

    private Replicas(String url, String user, String password) {
        this.url = url;
        this.user = user;
        this.password = password;
        database.setUrl(url);
        database.setUser(user);
        database.setPassword(password);
    }

    public static void main(String... args) throws Exception {
        if (args.length != 3) {
            System.err.println("give the JDBC URL of an empty PostgreSQL database, user and password");
            System.exit(2);
        }
        Replicas bench = new Replicas(args[0], args[1], args[2]);
        bench.run();
        System.out.println("| what | measured |\n|---|---|");
        bench.rows.forEach(row -> System.out.println("| " + row[0] + " | " + row[1] + " |"));
        System.exit(0);
    }

    private void run() throws Exception {
        try (Worker one = new Worker("one", "stub");
                Worker two = new Worker("two", "stub")) {
            load(List.of(one, two), 1_000);
            submitAndDrain(List.of(one, two));
            idle();
        }
        try (Worker one = new Worker("one", "pty");
                Worker two = new Worker("two", "pty")) {
            lag(one, two);
        }
        claims();
    }

    private void submitAndDrain(List<Worker> workers) throws Exception {
        long begin = System.nanoTime();
        double[] latencies = load(workers, SUBMITS);
        double accepted = secondsSince(begin);
        while (count("status IN ('pending', 'running')") > 0) {
            Thread.sleep(20);
        }
        row("accepted, %d clients, 2 replicas".formatted(CLIENTS), "%.0f /s".formatted(SUBMITS / accepted));
        row("submit p50 / p99", quantiles(latencies));
        row("stub tasks end to end, 2 replicas", "%.0f /s".formatted(SUBMITS / secondsSince(begin)));
    }

    private double[] load(List<Worker> workers, int total) throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Double> latencies = Collections.synchronizedList(new ArrayList<>());
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(pool.submit(() -> {
                    for (int n = next.getAndIncrement(); n < total; n = next.getAndIncrement()) {
                        long begin = System.nanoTime();
                        workers.get(n % workers.size()).submit("#stub\\nexit 0", "");
                        latencies.add(secondsSince(begin) * 1e3);
                    }
                    return null;
                }));
            }
            for (Future<Void> client : clients) {
                client.get();
            }
        }
        return latencies.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** A transaction is a statement or more: the workers' own statements run one by one when nothing happens. */
    private void idle() throws Exception {
        Thread.sleep(15_000); // sessions report what they did some seconds later
        long before = transactions();
        Thread.sleep(30_000);
        row("transactions of one idle replica", "%.2f /s".formatted((transactions() - before - 1) / 30.0 / 2));
    }

    private void lag(Worker runner, Worker other) throws Exception {
        String id = runner.submit("tick 200 0.05", ",\"workerId\":\"one\",\"requireWorker\":true");
        List<Double> lags = new ArrayList<>();
        other.lines(id, line -> {
            Instant now = Instant.now();
            long nanos = now.getEpochSecond() * 1_000_000_000 + now.getNano();
            for (int at = line.indexOf("T "); at >= 0 && line.length() >= at + 21; at = line.indexOf("T ", at + 2)) {
                lags.add((nanos - Long.parseLong(line.substring(at + 2, at + 21))) / 1e6);
            }
        });
        row("line printed on one, received from the other: p50 / p99 (%d lines)".formatted(lags.size()),
                quantiles(lags.stream().mapToDouble(Double::doubleValue).toArray()));
    }

    /** The store itself, on a table with a past and a backlog. */
    private void claims() throws Exception {
        sql("DELETE FROM task WHERE id <> (SELECT id FROM task ORDER BY id FETCH FIRST 1 ROW ONLY)");
        sql(seed("completed", 100_000));
        sql(seed("pending", 10_000));
        sql("ANALYZE");
        Claimant claimant = new Claimant(
                new WorkerId("bench"), Set.of("bench"), "stub", Optional.empty(), Sessions.NONE,
                Duration.ofSeconds(30), Duration.ofSeconds(30));
        double[] latencies = new double[CLAIMS];
        try (AgroalDataSource pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                        .connectionPoolConfiguration(connections -> connections.maxSize(4)
                                .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url)
                                        .principal(new NamePrincipal(user))
                                        .credential(new SimplePassword(password)))));
                JdbcTaskStore store = new JdbcTaskStore(pool)) {
            for (int i = 0; i < CLAIMS; i++) {
                long begin = System.nanoTime();
                List<Task> claimed = store.claim(claimant, 1);
                latencies[i] = secondsSince(begin) * 1e3;
                if (claimed.size() != 1) {
                    throw new IllegalStateException("nothing claimed at " + i);
                }
            }
        }
        row("claim of one, 100,000 finished and 10,000 pending: p50 / p99", quantiles(latencies));
    }

    private static String seed(String status, int rows) {
        boolean ended = status.equals("completed");
        return """
                INSERT INTO task (id, status, priority, require_worker, timeout_ms, max_attempts, prompt, spec, created_at,
                                  finished_at, attempt, epoch, output_bytes, turns)
                SELECT gen_random_uuid(), '%s', 1 + i %% 10, FALSE, 300000, 1, 'seeded', (SELECT spec FROM task ORDER BY id FETCH FIRST 1 ROW ONLY),
                       CURRENT_TIMESTAMP, %s, %d, %d, 0, 0
                  FROM generate_series(1, %d) AS i
                """.formatted(status, ended ? "CURRENT_TIMESTAMP" : "NULL", ended ? 1 : 0, ended ? 1 : 0, rows);
    }

    private long count(String where) throws SQLException {
        return number("SELECT count(*) FROM task WHERE " + where);
    }

    private long transactions() throws SQLException {
        return number("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()");
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getLong(1);
        }
    }

    private void sql(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static String quantiles(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return "%.1f / %.1f ms".formatted(sorted[sorted.length / 2], sorted[(int) (sorted.length * 0.99)]);
    }

    private void row(String what, String value) {
        System.err.println(what + ": " + value);
        rows.add(new String[] {what, value});
    }

    /** A worker in a process of its own, on the shared database. */
    private final class Worker implements AutoCloseable {

        private final Path data = Files.createTempDirectory("claudecluster-bench");
        private final int port;
        private final Process process;

        Worker(String name, String executor) throws Exception {
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            ProcessBuilder builder = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "@" + jar.resolveSibling("jvm.options"), "-jar", jar.toString());
            builder.environment().putAll(Map.of(
                    "PORT", String.valueOf(port),
                    "HOST", "127.0.0.1",
                    "LOG_LEVEL", "warn",
                    "EXECUTOR_TYPE", executor,
                    "CLAUDE_CLI_PATH", cli.toString(),
                    "WORKER_NAME", name,
                    "MAX_CONCURRENT_PROCESSES", "16",
                    "WORKER_STORAGE_DATA_DIR", data.toString()));
            builder.environment().putAll(Map.of(
                    "WORKER_STORAGE_JDBC_URL", url,
                    "WORKER_STORAGE_USERNAME", user,
                    "WORKER_STORAGE_PASSWORD", password));
            builder.redirectErrorStream(true).redirectOutput(data.resolve("worker.log").toFile());
            process = builder.start();
            long begin = System.nanoTime();
            while (!isReady()) {
                if (!process.isAlive() || secondsSince(begin) > 60) {
                    throw new IOException("the worker did not start: " + Files.readString(data.resolve("worker.log")));
                }
                Thread.sleep(20);
            }
        }

        private boolean isReady() throws InterruptedException {
            try {
                return HTTP.send(request("/q/health/ready").build(), HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200;
            } catch (IOException e) {
                return false;
            }
        }

        private HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        }

        String submit(String prompt, String more) throws Exception {
            String body = "{\"prompt\":\"" + prompt + "\"" + more + "}";
            HttpResponse<String> answer = HTTP.send(
                    request("/run").header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 202) {
                throw new IOException(answer.statusCode() + " " + answer.body());
            }
            int at = answer.body().indexOf("\"taskId\":\"") + 10;
            return answer.body().substring(at, answer.body().indexOf('"', at));
        }

        void lines(String id, java.util.function.Consumer<String> each) throws Exception {
            HttpResponse<java.io.InputStream> stream =
                    HTTP.send(request("/stream/" + id).build(), HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    each.accept(line);
                }
            }
        }

        @Override
        public void close() throws Exception {
            process.destroy();
            process.waitFor();
            try (var files = Files.walk(data)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
