package org.claudecluster.worker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.claudecluster.worker.config.KnownSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds whatever the values are. Each file of {@code chart/values} is a value set. */
class ChartRenderTest {

    private static final Path EXPECTED = Path.of("src/test/resources/chart/expected");
    private static final Path RENDERED = Path.of("target/chart");

    @TempDir
    Path copy;

    static List<String> valueSets() {
        return Chart.valueSets();
    }

    @Test
    void there_are_eight_value_sets_and_more() {
        assertThat(valueSets()).hasSizeGreaterThanOrEqualTo(8);
    }

    @Test
    void lint_finds_nothing_even_when_strict() {
        LintResult lint = new Helm(Chart.DIRECTORY).lint().strict().call();

        assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void every_object_is_one_that_kubernetes_knows(String valueSet) {
        assertThat(Chart.ours().render(valueSet).objects())
                .map(KubernetesModels::problem)
                .allSatisfy(problem -> assertThat(problem).isEqualTo(Optional.empty()));
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void every_pod_is_restricted(String valueSet) {
        PodRules.hold(Chart.ours().render(valueSet));
    }

    /** Where the change is wanted: {@code cp target/chart/*.yaml src/test/resources/chart/expected/}. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void it_renders_what_it_did_before(String valueSet) throws IOException {
        String text = Chart.ours().text(valueSet);
        Files.createDirectories(RENDERED);
        Files.writeString(RENDERED.resolve(valueSet + ".yaml"), text);

        assertThat(EXPECTED.resolve(valueSet + ".yaml")).exists().content().isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void it_renders_the_same_twice(String valueSet) {
        String again =
                Chart.ours().template().withValuesFile(Chart.valuesOf(valueSet)).call();

        assertThat(again).isEqualTo(Chart.ours().text(valueSet));
    }

    @Test
    void so_is_the_pod_of_helm_test() {
        Manifests manifests = Chart.ours().withoutHooks(copy.resolve("chart")).render("defaults");

        assertThat(KubernetesModels.problem(manifests.only("Pod"))).isEmpty();
        PodRules.hold(manifests);
        assertThat(manifests.only("Pod").at("/spec/containers/0/args/0").asText())
                .contains("request POST /run '{\"prompt\":\"#stub\\nprint")
                .contains("[[ $code == 401 ]]");
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void no_variable_is_there_twice(String valueSet) {
        assertThat(Chart.ours().render(valueSet).containers())
                .allSatisfy(container -> assertThat(Manifests.list(container.path("env"))
                                .map(variable -> variable.path("name").asText()))
                        .doesNotHaveDuplicates());
    }

    /** One that it does not know ends its start. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void the_worker_knows_every_setting_that_it_is_given(String valueSet) {
        assertThat(Manifests.list(Chart.ours().render(valueSet).container().path("env"))
                        .map(variable -> variable.path("name").asText())
                        .filter(name -> name.startsWith("WORKER_")))
                .isNotEmpty()
                .allMatch(KnownSettings::isKnownEnvironmentName);
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void every_service_finds_the_pods_that_it_is_for_and_no_others(String valueSet) {
        Manifests manifests = Chart.ours().render(valueSet);
        Stream<JsonNode> pods = Stream.concat(manifests.ofKind("Deployment"), manifests.ofKind("StatefulSet"))
                .map(owner -> owner.at("/spec/template/metadata/labels"));

        assertThat(pods.map(labels -> manifests
                        .ofKind("Service")
                        .map(service -> service.at("/spec/selector"))
                        .filter(selector -> selector.properties().stream()
                                .allMatch(label -> label.getValue().equals(labels.path(label.getKey()))))
                        .count()))
                .isNotEmpty()
                .allSatisfy(services -> assertThat(services).isEqualTo(1));
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void names_fit_whatever_the_release_is_called(String valueSet) {
        String text = Chart.ours()
                .template()
                .withName("a-release-with-the-longest-name-that-helm-would-allow")
                .withValuesFile(Chart.valuesOf(valueSet))
                .call();

        assertThat(Manifests.parse(text).objects())
                .map(object -> object.at("/metadata/name").asText())
                .allSatisfy(name -> assertThat(name).isNotEmpty().hasSizeLessThanOrEqualTo(63));
    }

    @Test
    void templates_read_nothing_that_changes_between_two_renderings() throws IOException {
        try (Stream<Path> templates = Files.walk(Chart.DIRECTORY.resolve("templates"))) {
            assertThat(templates.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(template -> assertThat(template)
                            .content()
                            .doesNotContainPattern(
                                    "\\{\\{[^}]*\\b(lookup|rand[A-Z]\\w+|gen[A-Z]\\w+|uuidv4|htpasswd|now)\\b"));
        }
    }
}
