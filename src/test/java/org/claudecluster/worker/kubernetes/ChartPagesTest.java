package org.claudecluster.worker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claudecluster.worker.bootstrap.StartupChecks;
import org.claudecluster.worker.config.KnownSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written twice says the same. */
class ChartPagesTest {

    private static final Pattern METRIC = Pattern.compile("worker_[a-z_]+");

    @Test
    void the_readme_has_a_row_for_each_value() throws IOException {
        String page = Files.readString(Chart.DIRECTORY.resolve("README.md"));

        assertThat(page.substring(page.indexOf("## Values")).lines())
                .filteredOn(line -> line.startsWith("| `"))
                .containsExactlyElementsOf(ValuesFile.read(Chart.DIRECTORY).rows());
    }

    @Test
    void every_value_is_explained() throws IOException {
        assertThat(ValuesFile.read(Chart.DIRECTORY).unexplained()).isEmpty();
    }

    @Test
    void the_schema_knows_every_value_and_no_other() throws IOException {
        JsonNode schema = Manifests.read(Chart.DIRECTORY.resolve("values.schema.json"))
                .objects()
                .getFirst();
        JsonNode values =
                Manifests.read(Chart.DIRECTORY.resolve("values.yaml")).objects().getFirst();

        assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
        assertThat(names(schema.path("properties")).filter(name -> !name.equals("global")))
                .containsExactlyInAnyOrderElementsOf(names(values).toList());
    }

    @ParameterizedTest
    @CsvSource({"worker.slots.max, slots", "worker.task.timeout-ms, taskTimeoutMs"})
    void the_schema_has_the_bounds_of_the_settings(String key, String value) {
        KnownSettings.Range range = KnownSettings.range(key).orElseThrow();

        assertThat(ofWorker(value).path("minimum").asLong()).isEqualTo(range.from());
        assertThat(ofWorker(value).path("maximum").asLong()).isEqualTo(range.to());
    }

    @Test
    void the_schema_has_the_words_of_the_settings() {
        assertThat(words("logLevel"))
                .isEqualTo(StartupChecks.problems(Map.of("LOG_LEVEL", "x", "WORKER_STORAGE_DATA_DIR", "target"))
                        .getFirst()
                        .replaceFirst(".*one of ", ""));
        assertThat(words("executor")).isEqualTo("auto, pty, stub");
    }

    private static String words(String value) {
        return Manifests.list(ofWorker(value).path("enum"))
                .map(JsonNode::asText)
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static JsonNode ofWorker(String value) {
        return Manifests.read(Chart.DIRECTORY.resolve("values.schema.json"))
                .objects()
                .getFirst()
                .at("/properties/worker/properties/" + value);
    }

    @Test
    void the_default_image_is_this_version() throws IOException {
        JsonNode chart =
                Manifests.read(Chart.DIRECTORY.resolve("Chart.yaml")).objects().getFirst();

        assertThat(chart.path("appVersion").asText()).isEqualTo(projectVersion());
    }

    @ParameterizedTest
    @ValueSource(strings = {"alerts.yaml", "dashboard.json"})
    void alerts_and_dashboard_read_metrics_that_are_there(String file) throws IOException {
        String page = Files.readString(Path.of("docs/operations.md"));
        Stream<String> metrics = METRIC.matcher(
                        Files.readString(Chart.DIRECTORY.resolve("files").resolve(file)))
                .results()
                .map(MatchResult::group)
                .filter(name -> !List.of("worker_lost").contains(name))
                .map(name -> name.replaceFirst("_bucket$", ""));

        assertThat(metrics).isNotEmpty().allSatisfy(metric -> assertThat(page).contains(metric));
    }

    static Stream<JsonNode> alerts() throws IOException {
        return Manifests.list(
                Manifests.parse("rules:\n" + Files.readString(Chart.DIRECTORY.resolve("files/alerts.yaml")))
                        .objects()
                        .getFirst()
                        .path("rules"));
    }

    @ParameterizedTest
    @MethodSource("alerts")
    void each_alert_leads_to_its_runbook_which_has_its_expression(JsonNode rule) throws IOException {
        String name = rule.path("alert").asText();
        String page = Files.readString(Path.of("docs/runbooks.md"));

        assertThat(page).contains("\n### " + name + "\n\n`" + rule.path("expr").asText() + "`\n");
        assertThat(rule.path("annotations").path("runbook_url").asText())
                .endsWith("/docs/runbooks.md#" + name.toLowerCase(Locale.ROOT));
    }

    @Test
    void each_runbook_of_an_alert_belongs_to_one_that_is_there() throws IOException {
        assertThat(Pattern.compile("(?m)^### (ClaudeCluster\\w+)$")
                        .matcher(Files.readString(Path.of("docs/runbooks.md")))
                        .results()
                        .map(heading -> heading.group(1)))
                .containsExactlyInAnyOrderElementsOf(
                        alerts().map(rule -> rule.path("alert").asText()).toList());
    }

    private static Stream<String> names(JsonNode object) {
        return object.properties().stream().map(property -> property.getKey());
    }

    static String projectVersion() throws IOException {
        Matches version = Matches.of("<artifactId>claudecluster-worker</artifactId>\\s*<version>([^<]+)<");
        return version.firstIn(Files.readString(Path.of("pom.xml")));
    }

    private record Matches(Pattern pattern) {
        static Matches of(String regex) {
            return new Matches(Pattern.compile(regex));
        }

        String firstIn(String text) {
            return pattern.matcher(text)
                    .results()
                    .map(found -> found.group(1))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
