import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures a packaged worker on this machine, with durability on, and prints a table.
 *
 * <pre>
 * mvn -q -Dquick -Dmaven.test.skip package
 * java bench/Bench.java                 # all of it, about two minutes
 * java bench/Bench.java 0.2             # a fifth of the counts
 * </pre>
 *
 * Needs nothing but a JDK of version 25, a POSIX shell and coreutils. Traffic goes to 127.0.0.1 only.
 */
public final class Bench {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final int SLOTS_WIDE = 256;
    private static final int SLOTS_NARROW = 4;

    private final double scale;
    private final Path jar;
    private final Path cli;
    private final List<String[]> rows = new ArrayList<>();

    private Bench(double scale, Path root) {
        this.scale = scale;
        this.jar = root.resolve("target/quarkus-app/quarkus-run.jar");
        this.cli = root.resolve("bench/fake-claude.sh");
    }

    public static void main(String... args) throws Exception {
        Path root = Path.of("").toAbsolutePath();
        Bench bench = new Bench(args.length > 0 ? Double.parseDouble(args[0]) : 1, root);
        if (!Files.exists(bench.jar)) {
            System.err.println("not built yet: run mvn -q -Dquick -Dmaven.test.skip package in the project's root first");
            System.exit(2);
        }
        bench.run();
        bench.print();
        System.exit(0);
    }

    private void run() throws Exception {
        try (Worker worker = new Worker(SLOTS_WIDE)) {
            row("start to ready", worker.readyMs + " ms");
            row("RSS idle", worker.rssMb() + " MB");
            tasks(worker, 1, count(500)); // warm-up, not reported
            submit(worker);
            for (int clients : new int[] {1, 5, 50}) {
                endToEnd(worker, clients);
            }
            stream(worker);
            replay(worker);
            lineLag(worker);
            idleTerminals(worker);
            growth(worker);
        }
        try (Worker worker = new Worker(SLOTS_NARROW)) {
            queue(worker);
        }
    }

    private int count(int full) {
        return Math.max(20, (int) (full * scale));
    }

    private void submit(Worker worker) throws Exception {
        double[] latencies = new double[count(500)];
        for (int i = 0; i < latencies.length; i++) {
            long begin = System.nanoTime();
            String id = worker.submit("exit 0");
            latencies[i] = millisSince(begin);
            worker.follow(id);
        }
        row("submit, 1 client: p50 / p99", quantiles(latencies));
    }

    private void endToEnd(Worker worker, int clients) throws Exception {
        long cpu = worker.cpuMs();
        long begin = System.nanoTime();
        double[] latencies = tasks(worker, clients, count(clients == 1 ? 500 : 2000));
        double seconds = millisSince(begin) / 1000;
        row("submit to exit event, %d clients: p50 / p99".formatted(clients), quantiles(latencies));
        row("tasks, %d clients".formatted(clients), "%.0f /s".formatted(latencies.length / seconds));
        row("CPU a task, %d clients".formatted(clients),
                "%.2f ms".formatted((double) (worker.cpuMs() - cpu) / latencies.length));
    }

    private double[] tasks(Worker worker, int clients, int total) throws Exception {
        AtomicInteger left = new AtomicInteger(total);
        List<Double> latencies = Collections.synchronizedList(new ArrayList<>());
        inParallel(clients, () -> {
            while (left.getAndDecrement() > 0) {
                long begin = System.nanoTime();
                worker.follow(worker.submit("exit 0"));
                latencies.add(millisSince(begin));
            }
            return null;
        });
        return latencies.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private void stream(Worker worker) throws Exception {
        long bytes = count(100) * 1_000_000L;
        long cpu = worker.cpuMs();
        long begin = System.nanoTime();
        long received = worker.follow(worker.submit("emit " + bytes));
        double seconds = millisSince(begin) / 1000;
        row("one stream of %d MB, live".formatted(bytes / 1_000_000),
                "%.0f MB/s of terminal output (%.0f MB/s on the wire)"
                        .formatted(bytes / 1e6 / seconds, received / 1e6 / seconds));
        row("CPU a GB streamed", "%.1f s".formatted((worker.cpuMs() - cpu) / 1000.0 / (bytes / 1e9)));
    }

    private void replay(Worker worker) throws Exception {
        long bytes = count(50) * 1_000_000L;
        String id = worker.submit("emit " + bytes);
        worker.follow(id);
        long begin = System.nanoTime();
        worker.follow(id);
        row("replay of %d MB".formatted(bytes / 1_000_000),
                "%.0f MB/s".formatted(bytes / 1e6 / (millisSince(begin) / 1000)));
    }

    private void lineLag(Worker worker) throws Exception {
        String id = worker.submit("tick %d 0.01".formatted(count(200)));
        List<Double> lags = new ArrayList<>();
        worker.lines(id, line -> {
            int at = line.indexOf("T ");
            if (line.startsWith("data: {\"data\":") && at > 0) {
                Instant now = Instant.now();
                long nanos = now.getEpochSecond() * 1_000_000_000 + now.getNano();
                lags.add((nanos - Long.parseLong(line.substring(at + 2, at + 21))) / 1e6);
            }
        });
        row("line printed to line received: p50 / p99 (includes date's own exit)",
                quantiles(lags.stream().mapToDouble(Double::doubleValue).toArray()));
    }

    private void idleTerminals(Worker worker) throws Exception {
        long threads = worker.threads();
        long rss = worker.rssKb();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ids.add(worker.submit("hold 600"));
        }
        worker.awaitActive(200);
        row("an idle terminal", "%d KB, %.2f threads"
                .formatted((worker.rssKb() - rss) / 200, (worker.threads() - threads) / 200.0));
        for (String id : ids) {
            worker.post("/tasks/" + id + "/cancel", "");
        }
        worker.awaitActive(0);
    }

    private void growth(Worker worker) throws Exception {
        tasks(worker, 8, count(2000));
        long rss = worker.rssKb();
        long fds = worker.fds();
        int total = count(2000);
        tasks(worker, 8, total);
        row("growth over %d more tasks".formatted(total), "%.1f KB a task, %+d fds"
                .formatted((double) (worker.rssKb() - rss) / total, worker.fds() - fds));
    }

    private void queue(Worker worker) throws Exception {
        tasks(worker, SLOTS_NARROW, count(500));
        List<String> holders = new ArrayList<>();
        for (int i = 0; i < SLOTS_NARROW; i++) {
            holders.add(worker.submit("hold 600"));
        }
        worker.awaitActive(SLOTS_NARROW);
        int total = count(2000);
        AtomicInteger left = new AtomicInteger(total);
        List<String> ids = Collections.synchronizedList(new ArrayList<>());
        long begin = System.nanoTime();
        inParallel(16, () -> {
            while (left.getAndDecrement() > 0) {
                ids.add(worker.submit("exit 0"));
            }
            return null;
        });
        row("enqueued, 16 clients, all slots taken", "%.0f /s".formatted(total / (millisSince(begin) / 1000)));
        for (String id : holders) {
            worker.post("/tasks/" + id + "/cancel", "");
        }
        worker.awaitActive(0);
        begin = System.nanoTime();
        for (String id : ids) {
            worker.follow(id);
        }
        row("drained through %d slots".formatted(SLOTS_NARROW),
                "%.0f /s (while cancelled tasks made room)".formatted(total / (millisSince(begin) / 1000)));
    }

    private static void inParallel(int clients, Callable<Void> client) throws Exception {
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> done : pool.invokeAll(Collections.nCopies(clients, client))) {
                done.get();
            }
        }
    }

    private static double millisSince(long begin) {
        return (System.nanoTime() - begin) / 1e6;
    }

    private static String quantiles(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return "%.2f / %.2f ms".formatted(sorted[sorted.length / 2], sorted[(int) (sorted.length * 0.99)]);
    }

    private void row(String what, String value) {
        System.err.println(what + ": " + value);
        rows.add(new String[] {what, value});
    }

    private void print() {
        System.out.println("| what | measured |\n|---|---|");
        rows.forEach(row -> System.out.println("| " + row[0] + " | " + row[1] + " |"));
    }

    /** A worker in a process of its own, with an empty data directory. */
    private final class Worker implements AutoCloseable {

        private final Path data = Files.createTempDirectory("claudecluster-bench");
        private final int port;
        private final Process process;
        private final long readyMs;

        Worker(int slots) throws Exception {
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            ProcessBuilder builder = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "@" + jar.resolveSibling("jvm.options"), "-jar", jar.toString());
            builder.environment().putAll(java.util.Map.of(
                    "PORT", String.valueOf(port),
                    "HOST", "127.0.0.1",
                    "LOG_LEVEL", "warn",
                    "EXECUTOR_TYPE", "pty",
                    "CLAUDE_CLI_PATH", cli.toString(),
                    "MAX_CONCURRENT_PROCESSES", String.valueOf(slots),
                    "WORKER_STORAGE_DATA_DIR", data.toString()));
            builder.redirectErrorStream(true).redirectOutput(data.resolve("worker.log").toFile());
            long begin = System.nanoTime();
            process = builder.start();
            while (!isReady()) {
                if (!process.isAlive() || millisSince(begin) > 60_000) {
                    throw new IOException("the worker did not start: " + Files.readString(data.resolve("worker.log")));
                }
                Thread.sleep(5);
            }
            readyMs = (long) millisSince(begin);
        }

        private boolean isReady() throws InterruptedException {
            try {
                return get("/q/health/ready").statusCode() == 200;
            } catch (IOException e) {
                return false;
            }
        }

        String submit(String prompt) throws IOException, InterruptedException {
            String body = post("/run", "{\"prompt\":\"" + prompt + "\",\"timeoutMs\":3600000}");
            int at = body.indexOf("\"taskId\":\"") + 10;
            return body.substring(at, at + 36);
        }

        /** Reads a task's stream to its end and answers how many bytes came. */
        long follow(String id) throws IOException, InterruptedException {
            HttpResponse<InputStream> response =
                    HTTP.send(request("/stream/" + id).build(), HttpResponse.BodyHandlers.ofInputStream());
            byte[] buffer = new byte[256 * 1024];
            long total = 0;
            try (InputStream in = response.body()) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    total += read;
                }
            }
            return total;
        }

        void lines(String id, java.util.function.Consumer<String> sink) throws IOException, InterruptedException {
            HttpResponse<InputStream> response =
                    HTTP.send(request("/stream/" + id).build(), HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    sink.accept(line);
                }
            }
        }

        String post(String path, String body) throws IOException, InterruptedException {
            HttpResponse<String> response = HTTP.send(
                    request(path)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new IOException(path + " answered " + response.statusCode() + ": " + response.body());
            }
            return response.body();
        }

        HttpResponse<String> get(String path) throws IOException, InterruptedException {
            return HTTP.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
        }

        private HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        }

        void awaitActive(int wanted) throws Exception {
            Instant end = Instant.now().plus(Duration.ofSeconds(60));
            while (!get("/hello").body().contains("\"activeTasks\":" + wanted + ",")) {
                if (Instant.now().isAfter(end)) {
                    throw new IOException("never saw " + wanted + " active tasks");
                }
                Thread.sleep(5);
            }
        }

        long cpuMs() {
            return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
        }

        long rssKb() throws IOException {
            return status("VmRSS:");
        }

        long rssMb() throws IOException {
            return rssKb() / 1024;
        }

        long threads() throws IOException {
            return status("Threads:");
        }

        long fds() throws IOException {
            try (var open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
                return open.count();
            }
        }

        private long status(String key) throws IOException {
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
                if (line.startsWith(key)) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            return 0;
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
