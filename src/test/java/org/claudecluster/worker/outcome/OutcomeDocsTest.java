package org.claudecluster.worker.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claudecluster.worker.claude.Failures;
import org.claudecluster.worker.task.result.Reason;
import org.junit.jupiter.api.Test;

/** The page says what the code does. */
class OutcomeDocsTest {

    private static String page(String name) throws IOException {
        return Files.readString(Path.of("docs", name));
    }

    @Test
    void the_api_page_prints_the_table_by_which_an_end_is_judged() throws IOException {
        String table = RunOutcomes.TABLE.stream()
                .map(row -> "| " + row.when() + " | " + row.then() + " |\n")
                .collect(Collectors.joining());
        assertThat(page("api.md")).contains(table);
    }

    @Test
    void the_api_page_prints_what_failures_of_the_api_mean() throws IOException {
        String table = Failures.TABLE.stream()
                .map(row -> "| " + row.when() + " | `" + row.then().wire() + "` |\n")
                .collect(Collectors.joining());
        assertThat(page("api.md")).contains(table);
    }

    @Test
    void each_reason_has_a_line_for_callers_and_a_runbook_for_operators_and_there_are_no_others() throws IOException {
        List<String> reasons = Arrays.stream(Reason.values()).map(Reason::wire).toList();
        String api = page("api.md");
        assertThat(found("(?m)^\\| `([a-z_]+)` \\|", between(api, "\n## Reasons\n", "\n## How an end is judged\n")))
                .containsExactlyInAnyOrderElementsOf(reasons);
        assertThat(found("(?m)^### `([a-z_]+)`$", page("runbooks.md"))).containsExactlyInAnyOrderElementsOf(reasons);
    }

    private static String between(String page, String begin, String end) {
        return page.substring(page.indexOf(begin), page.indexOf(end));
    }

    private static Stream<String> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1));
    }
}
