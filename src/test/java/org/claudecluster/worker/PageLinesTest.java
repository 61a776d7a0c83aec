package org.claudecluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pages are read as files, too. */
class PageLinesTest {

    private static final int WIDTH = 120;

    static List<Path> pages() throws IOException {
        return Pages.all();
    }

    /** A row of a table can't be broken, and neither can an address. */
    @ParameterizedTest
    @MethodSource("pages")
    void no_line_is_longer_than_120_columns(Path page) throws IOException {
        try (Stream<String> lines = Files.lines(page)) {
            assertThat(lines)
                    .as(page.toString())
                    .allMatch(line -> line.strip().startsWith("|")
                            || line.replaceAll("\\]\\([^)]*\\)", "]").length() <= WIDTH);
        }
    }
}
