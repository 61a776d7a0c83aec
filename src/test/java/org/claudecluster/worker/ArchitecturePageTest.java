package org.claudecluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/architecture.md names rooms, words and places to look at that are there. */
class ArchitecturePageTest {

    private static final Path SOURCES = Path.of("src/main/java/org/claudecluster/worker");
    private static final Pattern IN_A_ROOM = Pattern.compile("`((?:[a-z]+/)+[A-Z]\\w+)(?:\\.\\w+)?`");
    private static final Pattern TYPE = Pattern.compile("`([A-Z][a-z]\\w+)(?:\\.\\w+)?`");
    private static final Pattern STOP = Pattern.compile("^\\| `((?:[a-z]+/)+[A-Z]\\w+)` \\|");
    private static final Pattern NUMBERS = Pattern.compile("(\\d+) files in (\\d+) rooms");
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

    @Test
    void what_is_named_without_its_room_is_a_type() throws IOException {
        Set<String> types = sources().stream()
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());

        assertThat(found(TYPE, page()))
                .hasSizeGreaterThan(100)
                .filteredOn(type -> !type.endsWith("Test"))
                .isSubsetOf(types);
    }

    /** A walk of the page: what it says of its numbers, and its stops. */
    record Walk(String title, int files, int rooms, List<String> stops) {
        @Override
        public String toString() {
            return title;
        }

        /** What comes before a stop. */
        List<String> before(String stop) {
            return stops.subList(0, stops.indexOf(stop));
        }
    }

    static List<Walk> walks() throws IOException {
        return Stream.of(section("Three walks").split("\n(?=\\*\\*)"))
                .skip(1)
                .map(ArchitecturePageTest::walk)
                .toList();
    }

    private static Walk walk(String text) {
        Matcher numbers = NUMBERS.matcher(text.replace('\n', ' '));
        assertThat(numbers.find()).as(text).isTrue();
        return new Walk(
                text.substring(2, text.indexOf("**", 2)),
                Integer.parseInt(numbers.group(1)),
                Integer.parseInt(numbers.group(2)),
                found(STOP, text));
    }

    @Test
    void three_walks_are_told() throws IOException {
        assertThat(walks()).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("walks")
    void the_numbers_of_a_walk_are_those_of_its_stops(Walk walk) {
        assertThat(walk.stops()).doesNotHaveDuplicates().hasSize(walk.files());
        assertThat(walk.stops().stream()
                        .map(stop -> stop.replaceAll("/\\w+$", ""))
                        .distinct())
                .hasSize(walk.rooms());
    }

    @ParameterizedTest
    @MethodSource("walks")
    void each_stop_of_a_walk_is_reached_from_an_earlier_one(Walk walk) {
        assertThat(walk.stops().stream().skip(1))
                .allMatch(stop -> walk.before(stop).stream().anyMatch(earlier -> leads(earlier, stop)));
    }

    /** It names the stop or a port of it, or the stop names it. */
    private static boolean leads(String from, String to) {
        return ports(type(to)).anyMatch(port -> names(from, port.getSimpleName()))
                || names(to, type(from).getSimpleName());
    }

    private static boolean names(String stop, String type) {
        return Pattern.compile("\\b" + type + "\\b").matcher(source(stop)).find();
    }

    /** Itself, and ours of what it implements. */
    private static Stream<Class<?>> ports(Class<?> type) {
        return Stream.concat(
                Stream.of(type),
                Stream.of(type.getInterfaces())
                        .filter(port -> port.getName().startsWith("org.claudecluster."))
                        .flatMap(ArchitecturePageTest::ports));
    }

    private static Class<?> type(String stop) {
        try {
            return Class.forName("org.claudecluster.worker." + stop.replace('/', '.'));
        } catch (ClassNotFoundException e) {
            throw new LinkageError(stop, e);
        }
    }

    private static String source(String stop) {
        try {
            return Files.readString(SOURCES.resolve(stop + ".java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
