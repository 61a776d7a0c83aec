package org.claudecluster.worker.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.process.linux.Signal;
import org.claudecluster.worker.terminal.LaunchException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What both launchers promise of one command. */
@Timeout(60)
abstract class PtyLauncherContract {
    @TempDir
    Path directory = Path.of("/");

    abstract PtyLauncher launcher();

    Recording start(TerminalCommand command) throws LaunchException {
        Recording recording = new Recording();
        Terminal _ = launcher().launch(command, recording);
        return recording;
    }

    @Test
    void what_is_printed_arrives_with_carriage_returns_and_by_its_channel() throws Exception {
        Recording recording = start(Commands.sh("echo one; echo two >&2; echo three; echo four >/dev/tty"));
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        assertThat(recording.text(Channel.OUTPUT)).isEqualTo("one\r\nthree\r\n");
        assertThat(recording.text(Channel.ERROR)).isEqualTo("two\r\nfour\r\n");
        assertThat(recording.bytes()).hasSize("one\r\ntwo\r\nthree\r\nfour\r\n".length());
    }

    @Test
    void the_channels_are_heard_in_the_order_in_which_they_were_written() throws Exception {
        Recording recording = start(
                Commands.sh(
                        "printf a; sleep 0.2; printf b >&2; sleep 0.2; printf c; sleep 0.2; printf d >/dev/tty; sleep 0.2; printf e"));
        assertThat(recording.textAtEnd()).isEqualTo("abcde");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            OUTPUT | cat; echo no >&2
            ERROR  | cat >&2; echo no
            """)
    void an_end_right_after_both_were_written_loses_nothing_of_either(Channel most, String order) throws Exception {
        byte[] text = "x".repeat(6_000).getBytes(UTF_8);
        Recording recording = start(Commands.withStdin(Commands.sh(order), text));
        assertThat(recording.textAtEnd()).hasSize(6_004);
        assertThat(recording.text(most)).hasSize(6_000);
    }

    @Test
    void both_channels_are_terminals_of_their_own_and_of_one_kind() throws Exception {
        Recording recording = start(Commands.sh("tty <&1; tty <&2; test -t 1 && test -t 2 && echo both"));
        List<String> lines = recording.textAtEnd().lines().toList();
        assertThat(lines.get(0)).startsWith("/dev/").isNotEqualTo(lines.get(1));
        assertThat(lines.get(1)).startsWith("/dev/");
        assertThat(lines.get(2)).isEqualTo("both");
        assertThat(start(Commands.sh("stty -a <&2")).textAtEnd())
                .isEqualTo(start(Commands.sh("stty -a <&1")).textAtEnd());
    }

    @Test
    void ten_megabytes_of_errors_arrive_while_a_line_of_output_stands_open() throws Exception {
        Recording recording = start(
                Commands.sh("printf 'begin '; head -c 10000000 /dev/zero | tr '\\0' x >&2; printf 'end'; exit 3"));
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(3));
        assertThat(recording.text(Channel.OUTPUT)).isEqualTo("begin end");
        assertThat(recording.text(Channel.ERROR)).hasSize(10_000_000);
    }

    @Test
    void a_program_may_close_either_channel_and_go_on_with_the_other() throws Exception {
        Recording withoutErrors = start(Commands.sh("exec 2>&-; echo one; sleep 0.3; echo two; exit 4"));
        assertThat(withoutErrors.exit()).isEqualTo(new ProcessExit.Exited(4));
        assertThat(withoutErrors.text(Channel.OUTPUT)).isEqualTo("one\r\ntwo\r\n");
        Recording withoutOutput = start(Commands.sh("exec >&-; echo one >&2; sleep 0.3; echo two >&2; exit 5"));
        assertThat(withoutOutput.exit()).isEqualTo(new ProcessExit.Exited(5));
        assertThat(withoutOutput.text(Channel.ERROR)).isEqualTo("one\r\ntwo\r\n");
    }

    @Test
    void a_channel_may_be_opened_again_by_its_name() throws Exception {
        Recording recording =
                start(Commands.sh("echo one >/dev/stdout; echo two >/dev/stderr; exec >/dev/stderr; pwd"));
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        assertThat(recording.text(Channel.OUTPUT)).isEqualTo("one\r\n");
        assertThat(recording.text(Channel.ERROR)).isEqualTo("two\r\n/\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2>/dev/null", ">/dev/null"})
    void a_grandchild_that_holds_one_channel_does_not_delay_the_exit(String but) throws Exception {
        Recording recording = new Recording();
        Terminal terminal = launcher()
                .launch(
                        Commands.marked(
                                Commands.sh("trap '' HUP; sleep 987 " + but + " & echo bye; echo bye >&2"), "one"),
                        recording);
        ProcessTree tree = new ProcessTree(Commands.MARKER, "one", terminal.pid());
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        assertThat(recording.text(Channel.OUTPUT)).isEqualTo("bye\r\n");
        assertThat(recording.text(Channel.ERROR)).isEqualTo("bye\r\n");
        assertThat(tree.sweep().survivors()).isEmpty();
    }

    @Test
    void a_grandchild_that_floods_one_channel_does_not_delay_the_exit() throws Exception {
        Recording recording = new Recording();
        Terminal terminal = launcher()
                .launch(Commands.marked(Commands.sh("trap '' HUP; yes >&2 & sleep 0.2; echo bye"), "flood"), recording);
        ProcessTree tree = new ProcessTree(Commands.MARKER, "flood", terminal.pid());
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        assertThat(recording.text(Channel.OUTPUT)).isEqualTo("bye\r\n");
        assertThat(tree.sweep().survivors()).isEmpty();
    }

    @Test
    void an_exit_code_is_reported_as_it_is() throws Exception {
        assertThat(start(Commands.sh("exit 7")).exit()).isEqualTo(new ProcessExit.Exited(7));
        assertThat(start(Commands.sh("exit 128")).exit()).isEqualTo(new ProcessExit.Exited(128));
        assertThat(start(Commands.program("true")).exit()).isEqualTo(new ProcessExit.Exited(0));
    }

    @Test
    void a_death_by_signal_is_reported_as_that() throws Exception {
        assertThat(start(Commands.sh("kill -TERM $$")).exit()).isEqualTo(new ProcessExit.Signalled(15));
        assertThat(start(Commands.sh("kill -KILL $$")).exit()).isEqualTo(new ProcessExit.Signalled(9));
    }

    @Test
    void a_signal_reaches_the_leader_and_is_refused_after_its_end() throws Exception {
        Recording recording = new Recording();
        Terminal terminal = launcher().launch(Commands.sh("echo up; exec sleep 1000"), recording);
        recording.awaitText("up");
        assertThat(terminal.alive()).isTrue();
        assertThat(terminal.signal(Signal.INTERRUPT)).isTrue();
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Signalled(2));
        assertThat(terminal.alive()).isFalse();
        assertThat(terminal.signal(Signal.KILL)).isFalse();
        terminal.resize(new TerminalSize(10, 10));
        assertThat(recording.exits()).isEqualTo(1);
    }

    @Test
    void the_program_gets_its_arguments_untouched() throws Exception {
        TerminalCommand command = Commands.program("printf", "[%s]", "a b", "", "$(id)", "'\"", "-n", "*", "zwölf");
        assertThat(start(command).textAtEnd()).isEqualTo("[a b][][$(id)]['\"][-n][*][zwölf]");
    }

    @Test
    void the_program_runs_in_its_directory() throws Exception {
        TerminalCommand command = Commands.withDirectory(Commands.program("pwd", "-P"), directory);
        assertThat(start(command).textAtEnd()).isEqualTo(directory.toRealPath() + "\r\n");
    }

    @Test
    void echo_is_off_and_output_processing_on() throws Exception {
        String settings = start(Commands.sh("stty -a <&1; stty -a <&2")).textAtEnd();
        assertThat(settings.split(" -echo ", -1)).hasSize(3);
        assertThat(settings.split("[\\s;]+")).contains("-echo", "opost", "onlcr", "iutf8", "isig");
    }

    @Test
    void the_terminal_is_the_controlling_one_of_a_new_session() throws Exception {
        TerminalCommand command = Commands.sh("""
                echo hello >/dev/tty; sleep 0.1
                read pid name state parent group session terminal rest </proc/$$/stat
                echo $pid $group $session $terminal; echo $$; tty <&2
                """);
        List<String> lines = start(command).textAtEnd().lines().toList();
        assertThat(lines.get(0)).isEqualTo("hello");
        String leader = lines.get(2);
        assertThat(lines.get(1).split(" ")).containsExactly(leader, leader, leader, device(lines.get(3)));
    }

    /** The number by which the kernel tells a terminal in {@code stat}: proc_pid_stat(5), tty_nr. */
    private static String device(String tty) {
        int minor = Integer.parseInt(tty.replaceFirst("^/dev/pts/", ""));
        return String.valueOf((minor & 0xff) | 136 << 8 | (minor & ~0xff) << 12);
    }

    @Test
    void standard_input_is_the_given_bytes_and_then_ends() throws Exception {
        byte[] input = "first\nsecond".getBytes(UTF_8);
        assertThat(start(Commands.withStdin(Commands.program("cat"), input)).textAtEnd())
                .isEqualTo("first\r\nsecond");
    }

    @Test
    void standard_input_without_bytes_ends_at_once() throws Exception {
        assertThat(start(Commands.program("wc", "-c")).textAtEnd().strip()).isEqualTo("0");
    }

    @Test
    void a_quarter_megabyte_of_standard_input_arrives_unchanged() throws Exception {
        byte[] input = new byte[256 * 1024];
        new Random(7).nextBytes(input);
        Path copy = directory.resolve("copy");
        TerminalCommand command = Commands.program("cp", "/dev/stdin", copy.toString());
        assertThat(start(Commands.withStdin(command, input)).exit()).isEqualTo(new ProcessExit.Exited(0));
        assertThat(copy).hasBinaryContent(input);
    }

    @Test
    void the_secret_is_on_descriptor_three_and_nowhere_else() throws Exception {
        TerminalCommand command = Commands.sh(
                "cat <&3; echo; ls /proc/$$/fd | tr '\\n' ' '; tr '\\0' ' ' </proc/$$/environ /proc/$$/cmdline");
        String text =
                start(Commands.withSecret(command, "s3cr3t".getBytes(UTF_8))).textAtEnd();
        assertThat(text).startsWith("s3cr3t\r\n0 1 2 3 ");
        assertThat(text.substring(6)).doesNotContain("s3cr3t");
    }

    @Test
    void no_descriptor_is_inherited_but_the_first_three() throws Exception {
        // Neither a pipe, of which the shell would hold an end for a moment, nor a last command, which it would become.
        assertThat(start(Commands.sh("ls -1 /proc/$$/fd; :")).textAtEnd()).isEqualTo("0\r\n1\r\n2\r\n");
    }

    @Test
    void the_environment_is_exactly_what_was_given() throws Exception {
        TerminalCommand command = Commands.withEnvironment(
                Commands.program("env", "-0"), Map.of("A", "1", "EMPTY", "", "TEXT", "two words\nand a line = 'x'"));
        assertThat(start(command).textAtEnd().split("\0"))
                .containsExactlyInAnyOrder("A=1", "EMPTY=", "TEXT=two words\r\nand a line = 'x'");
    }

    @Test
    void an_empty_environment_is_empty() throws Exception {
        TerminalCommand command = Commands.withEnvironment(Commands.program("env"), Map.of());
        assertThat(start(command).textAtEnd()).isEmpty();
    }

    @Test
    void the_signals_we_send_are_neither_blocked_nor_ignored() throws Exception {
        String status = start(Commands.program("grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"))
                .textAtEnd();
        long ours = (1L << 0 | 1L << 1 | 1L << 14) & ~inheritedIgnored(); // HUP, INT, TERM
        assertThat(masks(status))
                .hasSize(2)
                .allSatisfy(mask -> assertThat(mask & ours).isZero());
    }

    /** Signals that stay ignored in a child because whoever started this JVM ignored them, as nohup does. */
    long inheritedIgnored() throws IOException {
        return 0;
    }

    static List<Long> masks(String status) {
        return status.lines()
                .map(line -> Long.parseUnsignedLong(line.split("\\s+", 0)[1], 16))
                .toList();
    }

    @Test
    void a_resize_is_seen() throws Exception {
        Recording recording = new Recording();
        TerminalCommand command = Commands.sh("sizes() { stty size <&1; stty size <&2; }; "
                + "trap 'sizes; exit' WINCH; sizes; while :; do sleep 0.05; done");
        Terminal terminal = launcher().launch(Commands.withSize(command, 77, 33), recording);
        recording.awaitText("33 77\r\n33 77");
        terminal.resize(new TerminalSize(120, 50));
        assertThat(recording.textAtEnd()).isEqualTo("33 77\r\n33 77\r\n50 120\r\n50 120\r\n");
    }

    @Test
    void a_resize_right_after_the_launch_is_not_lost() throws Exception {
        Recording recording = new Recording();
        Terminal terminal = launcher().launch(Commands.sh("sleep 0.2; stty size <&1"), recording);
        terminal.resize(new TerminalSize(120, 50));
        assertThat(recording.textAtEnd()).isEqualTo("50 120\r\n");
    }

    @Test
    void utf8_and_arbitrary_bytes_arrive_unchanged() throws Exception {
        byte[] bytes = "Grüße, 世界 🦀\u0001\u001b[31m".getBytes(UTF_8);
        Recording recording = start(Commands.withStdin(Commands.program("cat"), bytes));
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(0));
        assertThat(recording.bytes()).isEqualTo(bytes);
    }

    @Test
    void a_grandchild_holding_the_terminal_does_not_delay_the_exit() throws Exception {
        Recording recording = new Recording();
        Terminal terminal = launcher()
                .launch(Commands.marked(Commands.sh("trap '' HUP; sleep 987 & echo bye"), "holder"), recording);
        ProcessTree tree = new ProcessTree(Commands.MARKER, "holder", terminal.pid());
        assertThat(recording.textAtEnd()).isEqualTo("bye\r\n");
        assertThat(tree.sweep().survivors()).isEmpty();
    }

    @Test
    void a_leader_that_closes_its_terminal_is_waited_for() throws Exception {
        Recording recording = start(Commands.sh("echo here; exec >/dev/null 2>&1; sleep 0.3; exit 5"));
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Exited(5));
        assertThat(recording.text()).isEqualTo("here\r\n");
    }

    @Test
    void a_leader_may_open_its_terminal_again() throws Exception {
        Recording recording = start(Commands.sh("exec >/dev/null 2>&1; sleep 0.2; seq 20000 >/dev/tty"));
        assertThat(recording.textAtEnd()).endsWith("\r\n20000\r\n").hasSize(128_894);
    }

    @Test
    void a_listener_that_throws_harms_nobody() throws Exception {
        TerminalListener broken = new TerminalListener() {
            @Override
            public void output(Channel channel, ByteBuffer bytes) {
                throw new IllegalStateException("broken on purpose");
            }

            @Override
            public void exited(ProcessExit exit) {
                throw new IllegalStateException("broken on purpose");
            }
        };
        Terminal _ = launcher().launch(Commands.sh("echo x"), broken);
        Terminal _ = launcher().launch(Commands.sh("echo x"), broken);
        assertThat(start(Commands.sh("echo fine")).textAtEnd()).isEqualTo("fine\r\n");
    }

    @Test
    void what_cannot_start_says_why_and_leaves_nothing_open() throws Exception {
        assertThat(start(Commands.program("true")).exit()).isEqualTo(new ProcessExit.Exited(0)); // loads all classes
        assertKind(Commands.at(directory.resolve("absent")), Kind.PROGRAM_NOT_FOUND);
        assertKind(Commands.at(Path.of("/bin/sh/absent")), Kind.PROGRAM_NOT_FOUND);
        assertKind(Commands.at(file("plain", "echo", "rw-r--r--")), Kind.PROGRAM_NOT_EXECUTABLE);
        assertKind(Commands.at(directory), Kind.PROGRAM_NOT_EXECUTABLE);
        assertKind(
                Commands.at(file("elf", "\u007fELFgarbage and more garbage", "rwx------")),
                Kind.PROGRAM_NOT_EXECUTABLE);
        assertKind(Commands.at(file("text", "echo no shebang", "rwx------")), Kind.PROGRAM_NOT_EXECUTABLE);
        assertKind(Commands.at(file("script", "#!/absent/sh\n", "rwx------")), Kind.PROGRAM_NOT_EXECUTABLE);
        assertKind(Commands.withDirectory(Commands.sh("true"), directory.resolve("absent")), Kind.DIRECTORY_MISSING);
        assertKind(Commands.withDirectory(Commands.sh("true"), file("nodir", "", "rw-r--r--")), Kind.DIRECTORY_MISSING);
        assertKind(Commands.program("echo", "x".repeat(128 * 1024)), Kind.ARGUMENTS_TOO_LONG);
        assertKind(
                Commands.program(
                        "echo",
                        Stream.generate(() -> "x".repeat(100_000)).limit(30).toArray(String[]::new)),
                Kind.ARGUMENTS_TOO_LONG);
    }

    @Test
    void the_longest_texts_of_a_task_beside_all_variables_that_may_be_set_start_and_siblings_with_them()
            throws Exception {
        TerminalCommand plain = Commands.program(
                "true", Stream.generate(() -> "x".repeat(120 * 1024)).limit(5).toArray(String[]::new));
        // Half of what is there, as much as worker.task.env may have.
        long variables = ArgumentSpace.current().most() / 2 / (100 * 1024);
        TerminalCommand longest = new TerminalCommand(
                plain.program(),
                plain.arguments(),
                LongStream.range(0, variables)
                        .boxed()
                        .collect(Collectors.toMap("V%d"::formatted, _ -> "v".repeat(100 * 1024 - 20))),
                plain.directory(),
                plain.size(),
                plain.stdin(),
                plain.secret());

        List<Recording> siblings = List.of(start(longest), start(longest), start(Commands.program("true")));

        assertThat(siblings).allSatisfy(each -> assertThat(each.exit()).isEqualTo(new ProcessExit.Exited(0)));
    }

    @Test
    void a_program_whose_errors_are_not_wanted_waits_and_nothing_of_them_is_lost() throws Exception {
        Recording recording = Recording.unwilling();
        Terminal terminal = launcher()
                .launch(
                        Commands.sh("head -c 3000000 /dev/zero | tr '\\0' x >&2 & "
                                + "head -c 3000000 /dev/zero | tr '\\0' y; wait; echo end"),
                        recording);
        Awaitility.await().until(() -> recording.bytes().length > 0);
        assertThat(recording.settled()).isLessThan(1_200_000);
        assertThat(terminal.alive()).isTrue();

        recording.want(true);
        terminal.readOn();
        assertThat(recording.textAtEnd()).hasSize(6_000_005);
        assertThat(recording.text(Channel.ERROR)).hasSize(3_000_000);
        assertThat(recording.text(Channel.OUTPUT)).endsWith("yend\r\n");
    }

    @Test
    void a_program_whose_output_is_not_wanted_waits_and_nothing_of_it_is_lost() throws Exception {
        Recording recording = Recording.unwilling();
        Terminal terminal =
                launcher().launch(Commands.sh("head -c 3000000 /dev/zero | tr '\\0' x; echo end"), recording);
        recording.awaitText("x");
        int held = recording.settled();
        assertThat(held).isLessThan(600_000);
        assertThat(terminal.alive()).isTrue();

        recording.want(true);
        terminal.readOn();
        assertThat(recording.textAtEnd()).hasSize(3_000_005).endsWith("xend\r\n");
    }

    @Test
    void a_program_whose_output_is_not_wanted_can_be_ended() throws Exception {
        Recording recording = Recording.unwilling();
        Terminal terminal = launcher().launch(Commands.sh("exec yes"), recording);
        recording.awaitText("y");
        terminal.signal(Signal.KILL);
        assertThat(recording.exit()).isEqualTo(new ProcessExit.Signalled(9));
        terminal.readOn();
        assertThat(recording.exits()).isEqualTo(1);
    }

    @Test
    void other_terminals_go_on_while_the_output_of_one_is_not_wanted() throws Exception {
        Recording held = Recording.unwilling();
        Terminal terminal = launcher().launch(Commands.sh("echo up; exec yes"), held);
        held.awaitText("up");
        for (int other = 0; other < 4; other++) {
            assertThat(start(Commands.sh("head -c 200000 /dev/zero | tr '\\0' x"))
                            .textAtEnd())
                    .hasSize(200_000);
        }
        assertThat(held.ended()).isFalse();
        terminal.signal(Signal.KILL);
        assertThat(held.exit()).isEqualTo(new ProcessExit.Signalled(9));
    }

    private Path file(String name, String content, String permissions) throws IOException {
        Path file = Files.writeString(directory.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private void assertKind(TerminalCommand command, Kind kind) {
        TerminalCommand full = Commands.withSecret(Commands.withStdin(command, new byte[] {1}), new byte[] {2});
        long before = Descriptors.settled();
        assertThatThrownBy(() -> start(full))
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        assertThat(Descriptors.open()).isEqualTo(before);
    }
}
