package org.claudecluster.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentSpaceTest {

    private static final int KIB = 1024;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"8388608, 2097152", "1048576, 262144", "65536, 131072", "1073741824, 6291456", "unlimited, 6291456"})
    void it_is_a_quarter_of_the_stack_within_the_kernels_bounds(String stack, long most) throws IOException {
        Path limits = Files.writeString(directory.resolve("limits"), """
                Limit                     Soft Limit           Hard Limit           Units
                Max data size             unlimited            unlimited            bytes
                Max stack size            %s              unlimited            bytes
                """.formatted(stack));
        assertThat(ArgumentSpace.read(limits)).isEqualTo(new ArgumentSpace(most));
    }

    /** A shell takes a limit, then executes a program: what fits here has to start there, and little more must not. */
    @ParameterizedTest
    @ValueSource(ints = {256, 1024, 2048, 4096})
    void the_kernel_takes_what_fits_and_refuses_what_is_a_little_more(int stackKib) throws Exception {
        ArgumentSpace space = ArgumentSpace.ofStack((long) stackKib * KIB);
        TerminalCommand fits = command(space.most() - 14 * KIB);
        TerminalCommand tooLong = command(space.most() + KIB);

        assertThatCode(() -> space.require(fits)).doesNotThrowAnyException();
        assertThat(exec(stackKib, fits)).isZero();
        assertThatThrownBy(() -> space.require(tooLong))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("ulimit -s")
                .hasMessageContaining(String.valueOf(space.most() - 12 * KIB));
        assertThat(exec(stackKib, tooLong)).isEqualTo(126);
    }

    @Test
    void one_text_has_a_bound_of_its_own() {
        TerminalCommand longest = Commands.program("true", "x".repeat(128 * KIB - 1));
        TerminalCommand longer = Commands.program("true", "ä".repeat(64 * KIB));

        assertThatCode(() -> ArgumentSpace.ofStack(8192L * KIB).require(longest))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> ArgumentSpace.ofStack(8192L * KIB).require(longer))
                .hasMessage("one argument or variable has 131073 bytes, at most 131072 are possible");
    }

    @Test
    void variables_of_every_command_have_half_of_it() {
        ArgumentSpace space = ArgumentSpace.ofStack(8192L * KIB);
        String value = "v".repeat(100 * KIB - 12);
        Map<String, String> fit = new HashMap<>();
        IntStream.range(0, 10).forEach(i -> fit.put("A" + i, value));
        Map<String, String> tooMany = new HashMap<>(fit);
        tooMany.put("MORE", value);

        assertThat(space.problem(fit)).isEmpty();
        assertThat(space.problem(tooMany).orElseThrow())
                .contains("1126402 bytes", "at most 1048576", "put long ones into files")
                .doesNotContain("vvv");
    }

    @Test
    void what_is_left_beside_variables_is_never_less_than_nothing() {
        ArgumentSpace space = ArgumentSpace.ofStack(1024L * KIB);

        assertThat(space.beside(Map.of())).isEqualTo((256 - 60) * KIB);
        assertThat(space.beside(Map.of("A", "v".repeat(100 * KIB - 11)))).isEqualTo((256 - 60 - 100) * KIB);
        assertThat(space.beside(Map.of("A", "v".repeat(200 * KIB)))).isZero();
    }

    /** A third of it is the environment. */
    private static TerminalCommand command(long bytes) {
        int each = 32 * KIB;
        int texts = (int) (bytes / each);
        List<String> arguments = new ArrayList<>(Collections.nCopies(texts - texts / 3, "x".repeat(each - 9)));
        Map<String, String> variables = IntStream.range(0, texts / 3)
                .boxed()
                .collect(Collectors.toMap("V%02d"::formatted, _ -> "x".repeat(each - 13)));
        arguments.add("x".repeat(Math.max(0, (int) (bytes % each) - 9)));
        TerminalCommand plain = Commands.program("true", arguments.toArray(String[]::new));
        return new TerminalCommand(
                plain.program(),
                plain.arguments(),
                variables,
                plain.directory(),
                plain.size(),
                plain.stdin(),
                plain.secret());
    }

    private static int exec(int stackKib, TerminalCommand command) throws Exception {
        List<String> shell =
                new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -S -s \"$0\"; exec \"$@\"", String.valueOf(stackKib)));
        shell.add(command.program().toString());
        shell.addAll(command.arguments());
        ProcessBuilder builder = new ProcessBuilder(shell).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(command.environment());
        Process process = builder.start();
        process.getInputStream().readAllBytes();
        return process.waitFor();
    }
}
