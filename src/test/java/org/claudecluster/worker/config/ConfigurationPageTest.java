package org.claudecluster.worker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.claudecluster.worker.Pages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The page is what people read instead of the interfaces. */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("docs/configuration.md");
    private static final Pattern KEY_OF_NAME = Pattern.compile("(?m)^(worker\\.[a-z.-]+)=\\$\\{([A-Z][A-Z_]+):");
    /** Names that refuse what their keys take. */
    private static final Set<String> STRICTER = Set.of("NODE_ENV", "CLAUDE_CLI_PATH");

    private static final Pattern ENVIRONMENT_NAME = Pattern.compile("\\$\\{([A-Z][A-Z_]+):([^}]*)}");

    private static final Pattern NAMED_KEY = Pattern.compile("`(worker\\.[a-z][a-zA-Z.*-]*)(?:=[^`]*)?`");

    /** Names of files that begin with the same word. */
    private static final List<String> FILES = List.of("worker.mv.db", "worker.log", "worker.ts");

    static Stream<ConfigKeys.Key> keys() {
        return ConfigKeys.all();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void every_key_has_a_row_with_its_default_and_its_bounds(ConfigKeys.Key key) throws IOException {
        String row = row(key.name());
        key.byDefault().ifPresent(value -> assertThat(cell(row, 3)).isEqualTo("`" + value + "`"));
        key.min().ifPresent(min -> assertThat(cell(row, 4)).contains(String.valueOf(min)));
        key.max().ifPresent(max -> assertThat(cell(row, 4)).contains("to " + max));
        key.words().ifPresent(words -> assertThat(cell(row, 4)).startsWith(words));
        assertThat(cell(row, 4).equals("more than 0")).isEqualTo(key.words().equals(Optional.of("more than 0")));
        assertThat(cell(row, 2)).isNotBlank();
        assertThat(cell(row, 5)).isNotBlank();
    }

    @Test
    void the_page_names_no_key_that_is_not_there() throws IOException {
        assertThat(Files.readAllLines(PAGE))
                .filteredOn(line -> line.startsWith("| `worker."))
                .map(line -> line.split("`", -1)[1])
                .containsExactlyInAnyOrderElementsOf(
                        keys().map(ConfigKeys.Key::name).toList());
    }

    /** Values of the chart begin with the same word, in their own pages; records tell of their time. */
    static List<Path> pagesThatNameKeys() throws IOException {
        return Pages.all().stream()
                .filter(page -> !page.startsWith("helm")
                        && !page.endsWith("kubernetes.md")
                        && !page.startsWith("docs/adr")
                        && !page.endsWith("CHANGELOG.md"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pagesThatNameKeys")
    void a_page_names_no_key_that_is_not_there(Path page) throws IOException {
        List<String> keys = keys().map(ConfigKeys.Key::name).toList();
        assertThat(NAMED_KEY.matcher(Files.readString(page)).results().map(found -> found.group(1)))
                .filteredOn(name -> !FILES.contains(name) && keys.stream().noneMatch(key -> names(name, key)))
                .isEmpty();
    }

    /** A key, a group of them, with a star or without, or one of a map's. */
    private static boolean names(String name, String key) {
        String group = Pattern.quote(name).replace("*", "\\E.*\\Q");
        return key.matches(group + "(\\..*)?")
                || name.matches(key.replace("NAME", "[a-z]+"))
                || (key.endsWith(".*") && name.startsWith(key.substring(0, key.length() - 1)));
    }

    static Stream<Arguments> environmentNames() throws IOException {
        return ENVIRONMENT_NAME
                .matcher(Files.readString(Path.of("src/main/resources/application.properties")))
                .results()
                .map((MatchResult found) -> Arguments.of(found.group(1), found.group(2)));
    }

    @ParameterizedTest
    @MethodSource("environmentNames")
    void every_environment_name_has_a_row_with_its_default(String name, String byDefault) throws IOException {
        assertThat(cell(row(name), 3)).contains(byDefault);
    }

    static Stream<Arguments> keysOfEnvironmentNames() throws IOException {
        return KEY_OF_NAME
                .matcher(Files.readString(Path.of("src/main/resources/application.properties")))
                .results()
                .filter(found -> !STRICTER.contains(found.group(2)))
                .map((MatchResult found) -> Arguments.of(found.group(2), found.group(1)));
    }

    @ParameterizedTest
    @MethodSource("keysOfEnvironmentNames")
    void an_environment_name_allows_what_its_key_allows(String name, String key) throws IOException {
        assertThat(cell(row(name), 2)).isEqualTo(cell(row(key), 2));
        assertThat(cell(row(name), 4)).isEqualTo(cell(row(key), 4));
    }

    @Test
    void there_are_environment_names_to_look_for() throws IOException {
        assertThat(environmentNames()).hasSize(15);
    }

    private static String row(String name) throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `" + name + "` |"))
                .toList();
        assertThat(rows).as("rows of %s in %s", name, PAGE).hasSize(1);
        return rows.getFirst();
    }

    private static String cell(String row, int column) {
        return row.split("\\|", -1)[column].strip();
    }
}
