package org.claudecluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/architecture.md names rooms, words and places to look at that are there. */
class ArchitecturePageTest {

    private static final Path SOURCES = Path.of("src/main/java/org/claudecluster/worker");
    private static final Pattern IN_A_ROOM = Pattern.compile("`((?:[a-z]+/)+[A-Z]\\w+)(?:\\.\\w+)?`");
    private static final Pattern WORD = Pattern.compile("^\\| [a-z ]+ \\| `(\\w+)` \\|");
    private static final Pattern ROOM = Pattern.compile("^\\| `([a-z.]+)` \\|");

    private static String page() throws IOException {
        return Files.readString(Path.of("docs/architecture.md"));
    }

    private static String section(String title) throws IOException {
        String page = page();
        int begin = page.indexOf("\n## " + title + "\n");
        return page.substring(begin, page.indexOf("\n## ", begin + 1));
    }

    private static List<String> found(Pattern pattern, String text) {
        return text.lines()
                .flatMap(line -> pattern.matcher(line).results())
                .map(match -> match.group(1))
                .toList();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    @Test
    void each_word_is_a_type() throws IOException {
        Set<String> types = sources().stream()
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());

        assertThat(found(WORD, section("Words"))).hasSizeGreaterThan(24).isSubsetOf(types);
    }

    @Test
    void each_room_is_told() throws IOException {
        Set<String> rooms = sources().stream()
                .map(file -> SOURCES.relativize(file.getParent()).toString().replace('/', '.'))
                .filter(room -> !room.isEmpty())
                .collect(Collectors.toSet());

        assertThat(found(ROOM, section("Rooms"))).containsExactlyInAnyOrderElementsOf(rooms);
    }

    @Test
    void what_is_named_with_its_room_stands_there() throws IOException {
        assertThat(found(IN_A_ROOM, page()))
                .hasSizeGreaterThan(40)
                .allSatisfy(type -> assertThat(SOURCES.resolve(type + ".java")).exists());
    }
}
