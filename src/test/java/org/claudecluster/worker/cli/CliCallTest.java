package org.claudecluster.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.credential.Credential;
import org.claudecluster.worker.exec.OrphanCleaner;
import org.claudecluster.worker.observe.Meters;
import org.claudecluster.worker.process.CgroupUse;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.Grace;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.terminal.PtyLaunchers;
import org.claudecluster.worker.terminal.TerminalSize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The worker asks the CLI something, and the CLI starts more than it should. */
@Timeout(60)
class CliCallTest {

    @TempDir
    Path directory;

    private final String seconds = Integer.toString(ThreadLocalRandom.current().nextInt(1_000_000_000, 2_000_000_000));
    private Path state;
    private Path cli;
    private Containment containment;
    private CliCall call;

    @BeforeAll
    static void adopt() {
        ProcessTree.adoptOrphans();
    }

    @BeforeEach
    void install() throws IOException {
        state = directory.resolve("state");
        cli = directory.resolve("cli");
        containment = new Containment(ChildEnvironment.RUN_MARKER, state.resolve("runs"), CgroupUse.NEVER);
        PtySettings settings = new PtySettings(
                cli.toString(),
                new TerminalSize(80, 24),
                new RunGrace(Duration.ofSeconds(1), new Grace(Duration.ofSeconds(1), Duration.ofSeconds(1))),
                new PtySettings.Variables(Map.of("PATH", "/usr/bin:/bin"), Map.of()),
                new PtySettings.Directories(state, directory.resolve("workspace"), List.of()),
                Optional.empty());
        ConfigOverlays overlays = new ConfigOverlays(settings);
        overlays.prepare();
        call = new CliCall(PtyLaunchers.best(), containment, settings, overlays);
    }

    @AfterEach
    void nothing_is_left() throws Exception {
        List<ProcessHandle> left = sleepers();
        left.forEach(ProcessHandle::destroyForcibly);
        // Paths of any length.
        assertThat(new ProcessBuilder("rm", "-rf", state.resolve("tmp").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(left).isEmpty();
    }

    private List<ProcessHandle> sleepers() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().arguments().stream()
                        .anyMatch(arguments -> List.of(arguments).contains(seconds)))
                .toList();
    }

    private CliCall.Answer ask(int patience, String script) throws Exception {
        Files.writeString(cli, "#!/bin/sh\n" + script.replace("SLEEP", "sleep " + seconds) + "\n");
        Files.setPosixFilePermissions(cli, PosixFilePermissions.fromString("rwx------"));
        return call.ask(cli, CliCall.Question.brief(patience, "--version"), new Credential.None());
    }

    @Test
    void what_it_left_behind_is_gone_when_it_has_answered() throws Exception {
        CliCall.Answer answer = ask(
                20,
                "trap '' HUP; SLEEP & (env -i /usr/bin/setsid -f /bin/SLEEP) >/dev/null 2>&1; setsid -f SLEEP; echo 1.2.3");

        assertThat(answer).isInstanceOfSatisfying(CliCall.Answer.Said.class, said -> {
            assertThat(said.exit()).isEqualTo(new ProcessExit.Exited(0));
            assertThat(said.text()).startsWith("1.2.3");
        });
        assertThat(sleepers()).isEmpty();
        assertThat(state.resolve("tmp")).isEmptyDirectory();
        assertThat(containment.remains().look().runs()).noneMatch(run -> run.startsWith("call-"));
    }

    @Test
    void one_that_does_not_answer_is_ended_with_all_that_it_started() throws Exception {
        CliCall.Answer answer = ask(1, "trap '' INT TERM HUP; setsid -f SLEEP; SLEEP");

        assertThat(answer).isInstanceOf(CliCall.Answer.Silent.class);
        assertThat(sleepers()).isEmpty();
        assertThat(state.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void what_can_t_be_cleaned_up_does_not_undo_the_answer() throws Exception {
        // Deeper than any path may be long.
        CliCall.Answer answer = ask(
                20,
                "cd \"$TMPDIR\"; n=$(printf 'x%.0s' $(seq 200)); p=$n; for i in $(seq 29); do p=$p/$n; done;"
                        + " mkdir -p $p && echo 1.2.3");

        assertThat(answer)
                .isInstanceOfSatisfying(
                        CliCall.Answer.Said.class,
                        said -> assertThat(said.text()).startsWith("1.2.3"));
    }

    @Test
    void the_next_worker_ends_what_a_killed_one_had_asked_and_leaves_its_own_questions_alone() throws Exception {
        OrphanCleaner leftovers =
                new OrphanCleaner(new Meters(new SimpleMeterRegistry()), containment.remains(), state.resolve("tmp"));
        Process before = asking("call-of-a-worker-before-1");
        Process own = asking(OwnCalls.next());
        Process elsewhere = marked("call-of-a-worker-elsewhere-1");

        leftovers.endCalls(leftovers.look());

        await().until(() -> !before.isAlive());
        assertThat(own.isAlive()).isTrue();
        assertThat(elsewhere.isAlive()).isTrue();
        assertThat(containment.remains().noted()).singleElement().asString().startsWith("call-");
        own.destroyForcibly().waitFor();
        elsewhere.destroyForcibly().waitFor();
    }

    private Process asking(String name) throws IOException {
        containment.expect(name);
        return marked(name);
    }

    private Process marked(String name) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sleep", seconds);
        builder.environment().put(ChildEnvironment.RUN_MARKER, name);
        return builder.start();
    }
}
