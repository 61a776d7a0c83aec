package org.claudecluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.claudecluster.worker.Pages.Block;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command of a page is run by something that reads it there, or the page says why not. */
class PageCommandsTest {

    private static final Pattern LEFT_OUT = Pattern.compile("<!-- not run in CI: .{8,} -->");
    private static final Pattern RUN_BY = Pattern.compile("<!-- run by (\\S+) -->");

    static Stream<Block> blocks() throws IOException {
        return Pages.blocks().stream();
    }

    static Stream<Block> commands() throws IOException {
        return blocks().filter(block -> block.language().equals("bash"));
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void a_block_names_its_language_and_bash_is_what_can_be_run(Block block) {
        assertThat(block.language()).isIn("bash", "json", "yaml", "ini", "mermaid", "text");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void a_block_of_commands_is_run_or_says_why_not(Block block) {
        assertThat(block)
                .as("%s is run, or a line <!-- not run in CI: why --> stands before it", block)
                .matches(found -> LEFT_OUT.matcher(found.before()).matches()
                        || isReadBySomebody(found)
                        || isOfAPageThatIsRun(found));
    }

    @Test
    void what_ci_runs_of_pages_it_runs_in_a_stage() throws IOException {
        assertThat(Files.readString(Path.of(".ci/run"))).contains(".ci/newcomer.sh", ".ci/images.sh");
    }

    private static boolean isOfAPageThatIsRun(Block block) {
        String command = ".*/commands-of\\.sh " + block.page() + "( .*|$)";
        return lines(Path.of(".ci")).anyMatch(line -> line.matches(command));
    }

    /** By a script of CI's, which is named with its path, or by a test. */
    private static boolean isReadBySomebody(Block block) {
        Matcher runBy = RUN_BY.matcher(block.before());
        if (!runBy.matches()) {
            return false;
        }
        String name = runBy.group(1);
        String page = block.page().getFileName().toString();
        Path reader = name.startsWith(".ci/") ? Path.of(name) : test(name);
        return lines(reader).anyMatch(line -> line.contains(page));
    }

    private static Path test(String name) {
        return files(Path.of("src/test/java"))
                .filter(file -> file.endsWith(name + ".java"))
                .findFirst()
                .orElseThrow();
    }

    /** Those that are no comments. */
    private static Stream<String> lines(Path root) {
        return files(root)
                .filter(file -> !file.toString().endsWith(".json"))
                .flatMap(PageCommandsTest::linesOf)
                .filter(line -> !line.strip().startsWith("#"));
    }

    private static Stream<String> linesOf(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> files(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
