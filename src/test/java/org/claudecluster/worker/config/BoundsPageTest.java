package org.claudecluster.worker.config;

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

/** docs/reliability.md names a test for each of its bounds, and each of these is there. */
class BoundsPageTest {

    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT|Contract))`");

    /** The cells of each bound, between an empty one at the begin and one at the end. */
    private static List<String[]> bounds() throws IOException {
        String page = Files.readString(Path.of("docs/reliability.md"));
        int begin = page.indexOf("## Every queue and buffer in memory");
        return page.substring(begin, page.indexOf("\n## ", begin))
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .map(line -> line.split("\\|", -1))
                .toList();
    }

    @Test
    void every_bound_has_a_test_that_is_there() throws IOException {
        Set<String> tests;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            tests = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }

        assertThat(bounds()).hasSizeGreaterThan(40).allSatisfy(cells -> {
            assertThat(cells).as(String.join(" | ", cells)).hasSize(6);
            assertThat(TEST.matcher(cells[4]).results().map(found -> found.group(1)))
                    .as(cells[1])
                    .isNotEmpty()
                    .isSubsetOf(tests);
        });
    }
}
