package org.claudecluster.worker.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.junit.jupiter.api.Test;

/** docs/api.md tells each problem with its status, and no other. */
class ProblemsPageTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| ([45]\\d\\d) \\|");

    /** What the framework refuses by itself, under the names that it has for a status. */
    private static final List<String> OF_THE_FRAMEWORK =
            List.of("method-not-allowed 405", "not-acceptable 406", "internal-server-error 500");

    @Test
    void each_problem_has_a_row_with_its_status_and_each_row_a_problem() throws IOException {
        String page = Files.readString(Path.of("docs/api.md"));
        Stream<String> ours = Arrays.stream(Code.values())
                .map(code -> Problems.type(code).toString().replaceFirst("^urn:claudecluster:problem:", "") + " "
                        + Problems.status(code));
        assertThat(ROW.matcher(page.substring(page.indexOf("## Problems"), page.indexOf("## Reasons")))
                        .results()
                        .map(row -> row.group(1) + " " + row.group(2)))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(ours, OF_THE_FRAMEWORK.stream()).toList());
    }
}
