package org.claudecluster.worker.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The images are described in several files; what they share is the same in each. */
class DockerfilesTest {

    private static final Pattern POM_VERSION =
            Pattern.compile("<artifactId>claudecluster-worker</artifactId>\\s*<version>([^<]+)");
    private static final Pattern CLI_VERSION = Pattern.compile("(?m)^CLI_VERSION=(\\S+)$");
    private static final Pattern JIB_ENTRYPOINT =
            Pattern.compile("<quarkus.jib.jvm-entrypoint>([^<]+)</quarkus.jib.jvm-entrypoint>");

    @ParameterizedTest
    @CsvSource({
        "src/main/docker/Dockerfile.base, AS cli, AS base",
        "src/main/docker/Dockerfile.base, AS base, HEALTHCHECK",
        "Dockerfile.native, AS cli, AS maven",
        "Dockerfile.native, AS base, AS runtime"
    })
    void stages_of_one_name_are_the_same_as_in_the_jvm_s(String file, String from, String to) throws IOException {
        assertThat(text("Dockerfile.jvm")).contains(between(text(file), from, to));
    }

    @ParameterizedTest
    @ValueSource(strings = {"src/main/docker/Dockerfile.base", "Dockerfile.native"})
    void the_health_check_is_the_same(String file) throws IOException {
        assertThat(text(file))
                .contains(between(text("Dockerfile.jvm"), "HEALTHCHECK", "CMD [\"java\"")
                        .strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"src/main/docker/Dockerfile.base", "Dockerfile.native"})
    void the_labels_are_the_same(String file) throws IOException {
        String jvm = text("Dockerfile.jvm");
        assertThat(text(file)).endsWith(jvm.substring(jvm.indexOf("ARG VERSION=")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.jvm", "src/main/docker/Dockerfile.base", "Dockerfile.native"})
    void the_cli_is_the_one_that_ci_runs_with(String file) throws IOException {
        String version = found(CLI_VERSION, Files.readString(Path.of(".ci/run")));
        assertThat(text(file)).contains("ARG CLAUDE_VERSION=" + version + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "README.md, '@anthropic-ai/claude-code@%s'",
        "docs/getting-started.md, '@anthropic-ai/claude-code@%s'",
        "docs/docker.md, 'the Claude Code CLI %s '",
        ".ci/claude-cli.sh, 'version=\"${1:-%s}\"'"
    })
    void pages_and_scripts_name_that_cli_too(String file, String sentence) throws IOException {
        String version = found(CLI_VERSION, Files.readString(Path.of(".ci/run")));
        assertThat(Files.readString(Path.of(file))).contains(sentence.formatted(version));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Dockerfile.jvm",
                "Dockerfile.native",
                "src/main/docker/Dockerfile.base",
                "compose.yaml",
                "docs/docker.md"
            })
    void the_version_is_the_pom_s(String file) throws IOException {
        String version = found(POM_VERSION, Files.readString(Path.of("pom.xml")));
        List<String> tags = Pattern.compile("claudecluster/worker[a-z-]*:(\\d[\\w.-]*)")
                .matcher(Files.readString(Path.of(file)))
                .results()
                .map(tag -> tag.group(1))
                .toList();
        assertThat(tags).isNotEmpty().containsOnly(version);
    }

    @Test
    void jib_starts_the_jvm_with_the_options_that_everything_else_uses() throws IOException {
        List<String> options = Files.readAllLines(Path.of("src/main/jvm/jvm.options")).stream()
                .filter(line -> line.startsWith("-"))
                .toList();
        List<String> entrypoint = List.of(
                found(JIB_ENTRYPOINT, Files.readString(Path.of("pom.xml"))).split(","));

        assertThat(entrypoint).startsWith("/usr/bin/tini", "--", "java").containsSubsequence(options);
        assertThat(entrypoint).filteredOn(word -> word.startsWith("-X")).isEqualTo(options);
    }

    private static String text(String file) throws IOException {
        return Files.readString(Path.of(file));
    }

    /** From the end of the line that holds the first to the line that holds the second. */
    private static String between(String text, String from, String to) {
        int begin = text.indexOf('\n', text.indexOf(from));
        int end = text.lastIndexOf('\n', text.indexOf(to, begin));
        return text.substring(begin, end);
    }

    private static String found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .findFirst()
                .map((MatchResult match) -> match.group(1))
                .orElseThrow();
    }
}
