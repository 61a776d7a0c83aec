package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.process.linux.Signal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What both launchers promise when many commands run side by side. */
@Timeout(300)
abstract class PtyLauncherLoadContract {
    private static final int CHURNERS = 8;

    abstract PtyLauncher launcher();

    /** How many terminals of one launcher live at once. */
    abstract int crowd();

    /** How many are started one after another. */
    abstract int spawns();

    record Live(Terminal terminal, Recording recording) {}

    Live start(TerminalCommand command) {
        Recording recording = new Recording();
        try {
            return new Live(launcher().launch(command, recording), recording);
        } catch (LaunchException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs {@code command} so many times on several threads, each run to its end before the thread's next. */
    private List<String> churn(TerminalCommand command, int times) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CHURNERS);
        try {
            List<Future<String>> runs = IntStream.range(0, times)
                    .mapToObj(
                            _ -> threads.submit(() -> start(command).recording().textAtEnd()))
                    .toList();
            return runs.stream().map(PtyLauncherLoadContract::result).toList();
        } finally {
            // What still waits when a test has failed or run out of time is not started.
            List<Runnable> _ = threads.shutdownNow();
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void the_last_bytes_of_short_programs_are_never_lost() throws Exception {
        int times = spawns() / 10;
        assertThat(churn(printing(200), times))
                .hasSize(times)
                .allSatisfy(text -> assertThat(text).hasSize(202).endsWith("end\r\n"));
        assertThat(churn(printing(6_000), times))
                .hasSize(times)
                .allSatisfy(text -> assertThat(text).hasSize(6_002).endsWith("end\r\n"));
        assertThat(churn(printing(100_000), times))
                .hasSize(times)
                .allSatisfy(text -> assertThat(text).hasSize(100_002).endsWith("end\r\n"));
    }

    /** As many bytes, the last four being a line of their own; the program ends right after its write. */
    private static TerminalCommand printing(int bytes) {
        byte[] text = ("x".repeat(bytes - 5) + "\nend\n").getBytes(StandardCharsets.US_ASCII);
        return Commands.withStdin(Commands.program("cat"), text);
    }

    @Test
    void live_sessions_are_not_cut_by_others_that_end() throws Exception {
        List<Live> crowd = Stream.generate(() -> start(Commands.program("cat", "/dev/tty")))
                .limit(crowd())
                .toList();
        try {
            int times = spawns() / 2;
            assertThat(churn(Commands.sh("printf x"), times)).hasSize(times).containsOnly("x");
            assertThat(crowd).allMatch(live -> live.terminal().alive());
            assertThat(crowd).noneMatch(live -> live.recording().ended());
        } finally {
            crowd.forEach(live -> live.terminal().signal(Signal.KILL));
        }
        assertThat(crowd)
                .allSatisfy(live -> assertThat(live.recording().exit()).isEqualTo(new ProcessExit.Signalled(9)));
    }

    @Test
    void the_size_is_right_at_once_in_every_start() throws Exception {
        TerminalCommand command = Commands.withStdin(Commands.sh("stty size <&1"), new byte[0]);
        int times = spawns() / 2;
        assertThat(churn(Commands.withSize(command, 101, 37), times))
                .hasSize(times)
                .containsOnly("37 101\r\n");
    }

    @Test
    void descriptors_threads_and_files_stay_flat_over_many_spawns() throws Exception {
        assertThat(churn(Commands.program("true"), 50)).hasSize(50);
        System.gc();
        Collection<String> files = inputFiles();
        long descriptors = Descriptors.settled();
        long threads = Descriptors.threads();
        TerminalCommand command =
                Commands.withSecret(Commands.withStdin(Commands.program("true"), new byte[] {1}), new byte[] {2});
        assertThat(churn(command, spawns())).hasSize(spawns()).containsOnly("");
        Awaitility.await().untilAsserted(() -> {
            assertThat(Descriptors.open()).isLessThanOrEqualTo(descriptors + 4);
            assertThat(Descriptors.threads()).isLessThanOrEqualTo(threads + 4);
        });
        // What others have left in the shared directory is not ours to find.
        assertThat(files).containsAll(inputFiles());
    }

    @Test
    void many_virtual_threads_may_launch_at_once() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> runs = Stream.generate(() -> threads.submit(
                            () -> start(Commands.sh("printf x")).recording().textAtEnd()))
                    .limit(60)
                    .toList();
            assertThat(runs).allSatisfy(run -> assertThat(run.get()).isEqualTo("x"));
        }
    }

    private static Collection<String> inputFiles() {
        String[] names = new File(System.getProperty("java.io.tmpdir"))
                .list((_, name) -> name.startsWith("terminal-stdin") || name.startsWith("terminal-secret"));
        return List.of(Objects.requireNonNull(names));
    }
}
