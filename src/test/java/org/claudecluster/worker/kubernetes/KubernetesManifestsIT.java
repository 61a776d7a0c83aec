package org.claudecluster.worker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the build writes to {@code target/kubernetes} agrees with {@code k8s/base}. */
class KubernetesManifestsIT {

    private final Manifests built = Manifests.read(Path.of("target/kubernetes/kubernetes.yml"));
    private final Manifests base = Manifests.read(Path.of("src/test/resources/kustomize/base.yaml"));

    @Test
    void ports_are_the_same() {
        assertThat(built.container().path("ports")).isEqualTo(base.container().path("ports"));
        assertThat(port(built).path("port")).isEqualTo(port(base).path("port"));
        assertThat(port(built).path("name")).isEqualTo(port(base).path("name"));
        assertThat(port(built).path("targetPort").asText()).isIn("http", "3001");
    }

    @ParameterizedTest
    @ValueSource(strings = {"startupProbe", "livenessProbe", "readinessProbe"})
    void probes_are_the_same(String probe) {
        JsonNode ours = base.container().path(probe);
        JsonNode theirs = built.container().path(probe);

        assertThat(theirs.at("/httpGet/path")).isEqualTo(ours.at("/httpGet/path"));
        assertThat(theirs.at("/httpGet/port").asText()).isIn("http", "3001");
        assertThat(Stream.of("periodSeconds", "timeoutSeconds", "failureThreshold"))
                .allSatisfy(field -> assertThat(theirs.path(field)).isEqualTo(ours.path(field)));
        assertThat(theirs.path("initialDelaySeconds").asInt()).isZero();
    }

    @Test
    void labels_are_the_same() {
        assertThat(Stream.of("name", "component", "part-of", "version")
                        .map("/metadata/labels/app.kubernetes.io~1"::concat))
                .allSatisfy(label -> {
                    assertThat(built.worker().at(label)).isEqualTo(base.worker().at(label));
                    assertThat(built.worker().at("/spec/template" + label))
                            .isEqualTo(base.worker().at("/spec/template" + label));
                });
    }

    @Test
    void what_selects_the_pods_never_names_a_version() {
        assertThat(built.worker().at("/spec/selector/matchLabels").has("app.kubernetes.io/version"))
                .isFalse();
    }

    @Test
    void resources_and_image_are_the_same() {
        assertThat(built.container().path("resources"))
                .isEqualTo(base.container().path("resources"));
        assertThat(built.container().path("image").asText())
                .endsWith(base.container().path("image").asText());
    }

    @Test
    void nobody_needs_a_key_as_in_the_overlay_for_development() {
        assertThat(built.variable("WORKER_ACCESS_MODE"))
                .isEqualTo(Manifests.read(Path.of("src/test/resources/kustomize/dev.yaml"))
                        .variable("WORKER_ACCESS_MODE"));
    }

    @Test
    void nothing_else_is_built() {
        assertThat(built.objects())
                .map(object -> object.path("kind").asText())
                .containsExactlyInAnyOrder("ServiceAccount", "Service", "Deployment");
    }

    private static JsonNode port(Manifests manifests) {
        return manifests.only("Service").at("/spec/ports/0");
    }
}
