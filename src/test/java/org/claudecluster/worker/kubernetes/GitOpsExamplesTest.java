package org.claudecluster.worker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/gitops.md tells people to apply fits the chart and itself. */
class GitOpsExamplesTest {

    private static final Path CHART = Path.of("helm/claudecluster-worker");
    private static final Path EXAMPLES = Path.of("examples");
    private static final Path PAGE = Path.of("docs/gitops.md");
    private static final YAMLMapper YAML = new YAMLMapper();

    /** Where each tool keeps what the chart is to be rendered with. */
    enum Installer {
        ARGO_CD("argocd/application.yaml", "/spec/source/helm/valuesObject", "/spec/source/helm/releaseName"),
        FLUX("flux/release.yaml", "/spec/values", "/spec/releaseName");

        private final String file;
        private final String values;
        private final String release;

        Installer(String file, String values, String release) {
            this.file = file;
            this.values = values;
            this.release = release;
        }

        JsonNode document() throws IOException {
            return YAML.readTree(EXAMPLES.resolve(file).toFile());
        }

        ObjectNode chosen() throws IOException {
            return (ObjectNode) document().at(values);
        }

        String release() throws IOException {
            return document().at(release).asText();
        }
    }

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void the_chart_takes_the_values(Installer installer) throws IOException {
        JsonNode container = deployment(installer).at("/spec/template/spec/containers/0");
        assertThat(environment(container, "EXECUTOR_TYPE").at("/value").asText())
                .isEqualTo("pty");
        assertThat(environment(container, "WORKER_STORAGE_JDBC_URL")
                        .at("/value")
                        .asText())
                .startsWith("jdbc:postgresql:");
    }

    @ParameterizedTest
    @EnumSource
    void a_value_that_the_chart_does_not_know_is_refused(Installer installer) throws IOException {
        ObjectNode values = installer.chosen().put("replicas", 3);
        assertThatThrownBy(() -> render(installer.release(), values)).hasMessageContaining("replicas");
    }

    @ParameterizedTest
    @EnumSource
    void rendering_again_changes_nothing(Installer installer) throws IOException {
        String first = render(installer.release(), installer.chosen());
        assertThat(render(installer.release(), installer.chosen())).isEqualTo(first);
    }

    @Test
    void what_is_ignored_is_the_deployment_that_the_chart_makes() throws IOException {
        JsonNode argo = Installer.ARGO_CD.document().at("/spec/ignoreDifferences/0");
        assertThat(argo.at("/name")).isEqualTo(deployment(Installer.ARGO_CD).at("/metadata/name"));
        assertThat(argo.at("/jsonPointers/0").asText()).isEqualTo("/spec/replicas");
        JsonNode flux = Installer.FLUX.document().at("/spec/driftDetection/ignore/0");
        assertThat(flux.at("/target/name")).isEqualTo(deployment(Installer.FLUX).at("/metadata/name"));
        assertThat(flux.at("/paths/0").asText()).isEqualTo("/spec/replicas");
    }

    @Test
    void with_an_autoscaler_the_deployment_names_no_replicas() throws IOException {
        assertThat(deployment(Installer.ARGO_CD).at("/spec").has("replicas")).isFalse();
        assertThat(deployment(Installer.FLUX).at("/spec/replicas").asInt()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void every_secret_that_the_pods_read_is_made_by_an_example(Installer installer) throws IOException {
        JsonNode pod = deployment(installer).at("/spec/template/spec");
        Set<String> read = Stream.concat(
                        pod.at("/containers/0/env").findValues("secretKeyRef").stream()
                                .map(ref -> ref.at("/name").asText() + "/"
                                        + ref.at("/key").asText()),
                        pod.at("/volumes").findValues("secret").stream()
                                .map(secret -> secret.at("/secretName").asText() + "/"
                                        + secret.at("/items/0/key").asText()))
                .collect(Collectors.toSet());
        assertThat(read)
                .containsExactlyInAnyOrder(
                        "claude-auth/config.json",
                        "worker-keys/keys.json",
                        "claudecluster-database/username",
                        "claudecluster-database/password");
        assertThat(externalSecrets()).containsAll(read);
        JsonNode sealed =
                YAML.readTree(EXAMPLES.resolve("secrets/sealed-secret.yaml").toFile());
        assertThat(sealed.at("/metadata/name").asText() + "/"
                        + sealed.at("/spec/encryptedData").fieldNames().next())
                .isEqualTo("claude-auth/config.json");
    }

    @Test
    void both_install_the_version_that_the_chart_has() throws IOException {
        JsonNode version = YAML.readTree(CHART.resolve("Chart.yaml").toFile()).at("/version");
        assertThat(Installer.ARGO_CD.document().at("/spec/source/targetRevision"))
                .isEqualTo(version);
        assertThat(YAML.readTree(EXAMPLES.resolve("flux/source.yaml").toFile()).at("/spec/ref/tag"))
                .isEqualTo(version);
    }

    @Test
    void the_templates_have_nothing_that_differs_from_call_to_call() throws IOException {
        try (Stream<Path> files = Files.walk(CHART.resolve("templates"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .allSatisfy(
                            file -> assertThat(Files.readString(file))
                                    .doesNotContainPattern(
                                            "\\{\\{[^}]*\\b(lookup|now|uuidv4|rand[A-Z]\\w*|gen[A-Z]\\w*|derivePassword|htpasswd)\\b"));
        }
    }

    @ParameterizedTest
    @MethodSource("exampleFiles")
    void every_example_is_an_object_of_a_cluster(Path file) throws IOException {
        assertThat(documents(file)).allSatisfy(document -> {
            assertThat(document.at("/apiVersion").asText()).isNotEmpty();
            assertThat(document.at("/kind").asText()).isNotEmpty();
        });
    }

    @Test
    void the_page_names_every_example_and_none_that_is_not_there() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(Pattern.compile("examples/[\\w./-]*\\w")
                        .matcher(page)
                        .results()
                        .map(MatchResult::group))
                .allSatisfy(path -> assertThat(Path.of(path)).exists());
        assertThat(exampleFiles().filter(file -> !file.startsWith(EXAMPLES.resolve("flux"))))
                .allSatisfy(file -> assertThat(page).contains(file.getFileName().toString()));
        JsonNode flux =
                YAML.readTree(EXAMPLES.resolve("flux/kustomization.yaml").toFile());
        assertThat(flux.at("/resources"))
                .allSatisfy(resource -> assertThat(EXAMPLES.resolve("flux").resolve(resource.asText()))
                        .exists());
    }

    @ParameterizedTest
    @CsvSource({"docs/gitops.md, 3", "docs/kubernetes.md, 1"})
    void the_values_on_the_page_are_values_of_the_chart(Path page, int howMany) throws IOException {
        List<String> blocks = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(page))
                .results()
                .map(block -> block.group(1).stripIndent())
                .toList();
        assertThat(blocks)
                .hasSizeGreaterThanOrEqualTo(howMany)
                .allSatisfy(block -> assertThat(render("worker", withKeys((ObjectNode) YAML.readTree(block))))
                        .contains("kind: Deployment"));
    }

    private static ObjectNode withKeys(ObjectNode values) {
        values.withObjectProperty("access").put("existingSecret", "worker-keys");
        return values;
    }

    static Stream<Path> exampleFiles() throws IOException {
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    private static Set<String> externalSecrets() throws IOException {
        return documents(EXAMPLES.resolve("secrets/external-secrets.yaml")).stream()
                .flatMap(secret -> Stream.concat(
                                secret.at("/spec/target/template/data")
                                        .propertyStream()
                                        .map(Map.Entry::getKey),
                                secret.at("/spec/data").findValuesAsText("secretKey").stream())
                        .map(key -> secret.at("/spec/target/name").asText() + "/" + key))
                .collect(Collectors.toSet());
    }

    private static List<JsonNode> documents(Path file) throws IOException {
        return YAML.readerFor(JsonNode.class)
                .<JsonNode>readValues(file.toFile())
                .readAll();
    }

    private static JsonNode environment(JsonNode container, String name) {
        return StreamSupport.stream(container.at("/env").spliterator(), false)
                .filter(variable -> variable.at("/name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode deployment(Installer installer) throws IOException {
        String manifests = render(installer.release(), installer.chosen());
        return YAML.readerFor(JsonNode.class).<JsonNode>readValues(manifests).readAll().stream()
                .filter(document -> document.at("/kind").asText().equals("Deployment"))
                .findFirst()
                .orElseThrow();
    }

    private String render(String release, ObjectNode values) throws IOException {
        Path file = Files.createTempFile(directory, "values", ".yaml");
        YAML.writeValue(file.toFile(), values);
        return new Helm(CHART)
                .template()
                .withName(release)
                .withNamespace("claudecluster")
                .withValuesFile(file)
                .call();
    }
}
