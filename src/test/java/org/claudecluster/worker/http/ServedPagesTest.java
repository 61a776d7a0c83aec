package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claudecluster.worker.Pages;
import org.claudecluster.worker.observe.AllMeters;
import org.junit.jupiter.api.Test;

/** The pages tell each route and each metric that is served, and no other. */
@QuarkusTest
class ServedPagesTest {

    private static final Pattern HEADING = Pattern.compile("(?m)^#{2,3} .*`((?:GET|POST|DELETE) [^`?]+)`$");
    private static final Pattern NAMED = Pattern.compile("`((?:GET|POST|DELETE|PUT|PATCH|HEAD) /[^`? ]*)[^`]*`");
    private static final Pattern ASKED = Pattern.compile("localhost:300\\d(/[^\\s'\"`?;]*)");
    private static final Pattern METRIC = Pattern.compile("\\b(worker_[a-z_]*[a-z])((?:\\{[a-z_,]+})?)");

    /** No metrics: a reason, the beginning of what Vert.x names, and a name of the change log's. */
    private static final Set<String> NO_METRICS = Set.of("worker_lost", "worker_pool", "worker_slots_total");

    /** What others serve. */
    private static final Set<String> OTHERS = Set.of("POST /v1/oauth/token");

    private static String api() throws IOException {
        return Files.readString(Path.of("docs/api.md"));
    }

    private static JsonNode document() throws IOException {
        return new ObjectMapper()
                .readTree(given().get("/q/openapi?format=json").asString())
                .path("paths");
    }

    private static Set<String> routes() throws IOException {
        Set<String> routes = new TreeSet<>();
        document()
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> routes.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return routes;
    }

    private static Stream<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1));
    }

    private static List<String> foundInPages(Pattern pattern) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path page : Pages.all()) {
            found.addAll(found(pattern, Files.readString(page)).toList());
        }
        return found;
    }

    @Test
    void each_route_has_a_section_and_each_section_a_route() throws IOException {
        assertThat(found(HEADING, api())).containsExactlyInAnyOrderElementsOf(routes());
    }

    @Test
    void each_parameter_is_told_in_the_section_of_its_route() throws IOException {
        String page = api();
        assertThat(document().properties())
                .allSatisfy(path -> assertThat(path.getValue().properties())
                        .allSatisfy(method -> assertThat(method.getValue().path("parameters"))
                                .filteredOn(parameter ->
                                        !parameter.path("in").asText().equals("path"))
                                .allSatisfy(parameter -> assertThat(section(
                                                page, method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()))
                                        .containsPattern("[`?&]"
                                                + Pattern.quote(
                                                        parameter.path("name").asText()) + "\\b"))));
    }

    private static String section(String page, String route) {
        int begin = page.indexOf("`" + route + "`\n");
        int end = Stream.of("\n## ", "\n### ")
                .mapToInt(next -> page.indexOf(next, begin))
                .filter(index -> index > 0)
                .min()
                .orElse(page.length());
        return page.substring(begin, end);
    }

    @Test
    void no_page_names_a_route_that_is_not_there() throws IOException {
        assertThat(foundInPages(NAMED))
                .hasSizeGreaterThan(50)
                .filteredOn(route -> !OTHERS.contains(route))
                .isSubsetOf(routes());
    }

    @Test
    void no_page_asks_for_a_path_that_is_not_there() throws IOException {
        Set<Pattern> paths = routes().stream()
                .map(route -> route.substring(route.indexOf('/')))
                .map(path -> Pattern.compile(path.replaceAll("\\{\\w+}", "[^/]+")))
                .collect(Collectors.toSet());
        assertThat(foundInPages(ASKED))
                .hasSizeGreaterThan(20)
                .filteredOn(path -> !path.matches("/q/(health(/\\w+)?|metrics|openapi)")
                        && paths.stream().noneMatch(known -> known.matcher(path).matches()))
                .isEmpty();
    }

    @Test
    void each_metric_has_a_row_with_its_labels_and_each_row_a_metric() throws IOException {
        String page = Files.readString(Path.of("docs/operations.md"));
        String rows = page.substring(page.indexOf("## Metrics"), page.indexOf("## Logs"))
                .lines()
                .filter(line -> line.startsWith("| `worker_"))
                .map(line -> line.substring(0, line.indexOf(" | ")))
                .collect(Collectors.joining("\n"));
        assertThat(METRIC.matcher(rows).results().map(match -> match.group(1) + sorted(match.group(2))))
                .containsExactlyInAnyOrderElementsOf(metrics());
    }

    private static String sorted(String labels) {
        return labels.isEmpty()
                ? ""
                : Stream.of(labels.substring(1, labels.length() - 1).split(",", -1))
                        .sorted()
                        .collect(Collectors.joining(",", "{", "}"));
    }

    @Test
    void no_page_names_a_metric_that_is_not_there() throws IOException {
        Set<String> names =
                metrics().stream().map(metric -> metric.replaceAll("\\{.*", "")).collect(Collectors.toSet());
        assertThat(foundInPages(Pattern.compile("\\b(worker_[a-z_]*[a-z])\\b")))
                .hasSizeGreaterThan(60)
                .filteredOn(name -> !NO_METRICS.contains(name) && !names.contains(name))
                .isEmpty();
    }

    /** Those that are there from the begin, and those that come with what happens. */
    private static Set<String> metrics() {
        Set<String> metrics = AllMeters.in(
                given().accept("text/plain; version=0.0.4").get("/q/metrics").asString());
        metrics.addAll(AllMeters.ofTasksAndCredentials());
        return metrics;
    }
}
