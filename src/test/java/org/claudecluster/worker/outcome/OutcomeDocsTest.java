package org.claudecluster.worker.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.claudecluster.worker.claude.Failures;
import org.claudecluster.worker.task.result.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource(Reason.class)
    void each_reason_has_a_line_for_callers_and_a_runbook_for_operators(Reason reason) throws IOException {
        assertThat(page("api.md")).contains("\n| `" + reason.wire() + "` |");
        assertThat(page("runbooks.md")).contains("\n### `" + reason.wire() + "`\n");
    }
}
