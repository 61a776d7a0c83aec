package org.claudecluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pages lead to headings that are there, and name tests, methods and files that are there. */
class PageNamesTest {

    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern TEST = Pattern.compile("`([A-Z][a-z0-9]\\w*(?:Test|IT|Contract))`");
    private static final Pattern METHOD =
            Pattern.compile("`(?:[a-z]+/)*([A-Z][a-z]\\w+)\\.(?!(?:yaml|java)`)([a-z]\\w+)`");
    private static final Pattern IN_A_ROOM = Pattern.compile("`((?:[a-z]+/)+[A-Z]\\w+)(?:\\.\\w+)?`");
    private static final Pattern FILE =
            Pattern.compile("`((?:src|docs|\\.ci|bench|examples|helm|k8s|\\.github)/[\\w./-]*\\w)`");

    /** The text of each source by the name of its class. */
    private static Map<String, String> sources;

    @BeforeAll
    static void readSources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            PageNamesTest::text,
                            String::concat));
        }
    }

    static List<Path> pages() throws IOException {
        return Pages.all();
    }

    /** Not those that tell of their time. */
    static List<Path> pagesOfToday() throws IOException {
        return pages().stream()
                .filter(page -> !page.startsWith("docs/adr") && !page.endsWith("CHANGELOG.md"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void each_link_leads_to_a_file_and_a_heading(Path page) {
        assertThat(LINK.matcher(text(page)).results()).allSatisfy(link -> {
            Path target = link.group(1).isEmpty()
                    ? page
                    : page.resolveSibling(link.group(1)).normalize();
            assertThat(target).exists();
            if (link.group(2) != null) {
                assertThat(HEADING.matcher(text(target)).results().map(heading -> anchor(heading.group(1))))
                        .as("headings of %s", target)
                        .contains(link.group(2));
            }
        });
    }

    /** As GitHub makes it. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .replace(' ', '-');
    }

    @ParameterizedTest
    @MethodSource("pagesOfToday")
    void each_test_is_there(Path page) {
        assertThat(named(TEST, page).map(name -> name.group(1))).isSubsetOf(sources.keySet());
    }

    @ParameterizedTest
    @MethodSource("pagesOfToday")
    void each_class_stands_in_the_room_that_is_named(Path page) {
        assertThat(named(IN_A_ROOM, page).map(name -> "org/claudecluster/worker/" + name.group(1) + ".java"))
                .filteredOn(name -> !name.contains("/docker/"))
                .allMatch(name ->
                        Files.exists(Path.of("src/main/java", name)) || Files.exists(Path.of("src/test/java", name)));
    }

    @ParameterizedTest
    @MethodSource("pagesOfToday")
    void each_method_is_there(Path page) {
        assertThat(named(METHOD, page))
                .filteredOn(name -> !name.group(1).equals("Dockerfile"))
                .allSatisfy(name -> assertThat(sources.getOrDefault(name.group(1), ""))
                        .as(name.group())
                        .containsPattern("\\b" + name.group(2) + "\\("));
    }

    @ParameterizedTest
    @MethodSource("pagesOfToday")
    void each_file_is_there(Path page) {
        assertThat(named(FILE, page).map(name -> name.group(1)))
                .filteredOn(name -> !name.contains("..."))
                .allSatisfy(name -> assertThat(Path.of(name)).exists());
    }

    private static Stream<MatchResult> named(Pattern pattern, Path page) {
        return pattern.matcher(text(page)).results();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
