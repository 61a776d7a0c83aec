package org.claudecluster.worker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code kubectl kustomize} makes of {@code k8s/}, as {@code .ci/kustomize.sh} wrote it down. */
class KustomizeTest {

    private static final Path SOURCES = Path.of("k8s");
    private static final Path RENDERED = Path.of("src/test/resources/kustomize");

    /** After a change: {@code .ci/kustomize.sh write}. */
    @Test
    void what_is_written_down_comes_from_these_files() throws IOException {
        assertThat(RENDERED.resolve("sources.sha256")).content().isEqualTo(sources());
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "dev", "prod"})
    void every_object_is_one_that_kubernetes_knows(String overlay) {
        assertThat(rendered(overlay).objects())
                .isNotEmpty()
                .map(KubernetesModels::problem)
                .allSatisfy(problem -> assertThat(problem).isEqualTo(Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "dev", "prod"})
    void every_pod_is_restricted(String overlay) {
        PodRules.hold(rendered(overlay));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "dev", "prod"})
    void the_pod_gets_as_long_to_end_as_the_worker_may_take(String overlay) {
        Manifests manifests = rendered(overlay);
        int preStop =
                manifests.container().at("/lifecycle/preStop/exec/command/1").asInt();

        assertThat(manifests
                        .worker()
                        .at("/spec/template/spec/terminationGracePeriodSeconds")
                        .asInt())
                .isEqualTo(preStop
                        + seconds(manifests, "WORKER_DRAIN_TIMEOUT")
                        + seconds(manifests, "WORKER_STOP_PATIENCE")
                        + 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "dev", "prod"})
    void the_version_is_this_one(String overlay) throws IOException {
        assertThat(rendered(overlay).container().path("image").asText())
                .isEqualTo("claudecluster/worker:" + ChartPagesTest.projectVersion());
    }

    @Test
    void production_is_three_workers_on_a_postgresql_whose_address_is_in_a_secret() {
        Manifests manifests = rendered("prod");

        assertThat(manifests.worker().at("/spec/replicas").asInt()).isEqualTo(3);
        assertThat(manifests.worker().at("/spec/strategy/type").asText()).isEqualTo("RollingUpdate");
        assertThat(manifests.container().path("env").findValuesAsText("name"))
                .contains("claudecluster-worker-database");
        assertThat(manifests.ofKind("PersistentVolumeClaim")).isEmpty();
        assertThat(manifests.ofKind("Secret")).isEmpty();
        assertThat(manifests.variable("EXECUTOR_TYPE")).isEqualTo("pty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "prod"})
    void everybody_needs_a_key_of_a_secret_that_must_be_there(String overlay) {
        Manifests manifests = rendered(overlay);

        assertThat(manifests.variable("WORKER_ACCESS_MODE")).isEqualTo("key");
        assertThat(manifests.variable("WORKER_ACCESS_KEYS_FILE")).isEqualTo("/app/access/keys.json");
        assertThat(secrets(manifests)).contains("claudecluster-worker-access false");
    }

    @Test
    void for_development_nobody_needs_one() {
        Manifests manifests = rendered("dev");

        assertThat(manifests.variable("WORKER_ACCESS_MODE")).isEqualTo("local");
        assertThat(manifests.variable("WORKER_ACCESS_KEYS_FILE")).isEmpty();
        assertThat(secrets(manifests)).containsExactly("claudecluster-worker-auth true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "dev"})
    void an_embedded_database_has_one_worker(String overlay) {
        Manifests manifests = rendered(overlay);

        assertThat(manifests.worker().at("/spec/replicas").asInt()).isEqualTo(1);
        assertThat(manifests.worker().at("/spec/strategy/type").asText()).isEqualTo("Recreate");
    }

    @Test
    void an_overlay_never_changes_the_selector() {
        JsonNode base = rendered("base").worker().at("/spec/selector");

        assertThat(Stream.of("dev", "prod")
                        .map(overlay -> rendered(overlay).worker().at("/spec/selector")))
                .containsOnly(base);
    }

    /** Whoever changes from the one to the other finds the same worker. */
    @Test
    void chart_and_base_run_the_worker_alike() {
        JsonNode chart = Chart.ours().render("defaults").container();
        JsonNode base = rendered("base").container();

        assertThat(List.of("ports", "startupProbe", "livenessProbe", "readinessProbe", "lifecycle", "securityContext"))
                .allSatisfy(part -> assertThat(base.path(part)).isEqualTo(chart.path(part)));
    }

    /** The names of mounted Secrets, and whether the pod starts without. */
    private static Stream<String> secrets(Manifests manifests) {
        return manifests.worker().at("/spec/template/spec/volumes").findValues("secret").stream()
                .map(secret -> secret.path("secretName").asText() + " "
                        + secret.path("optional").asBoolean());
    }

    private static Manifests rendered(String overlay) {
        return Manifests.read(RENDERED.resolve(overlay + ".yaml"));
    }

    private static int seconds(Manifests manifests, String variable) {
        return Integer.parseInt(manifests.variable(variable).replace("s", ""));
    }

    /** As {@code sha256sum} prints it, for all files in the order of their names. */
    private static String sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            StringBuilder sums = new StringBuilder();
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                sums.append(sha256(file)).append("  ").append(file).append('\n');
            }
            return sums.toString();
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
