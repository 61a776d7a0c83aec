package org.claudecluster.worker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What single values do. */
class ChartTest {

    private final Chart chart = Chart.ours();

    @Test
    void the_pod_gets_as_long_to_end_as_the_worker_may_take() {
        Manifests manifests = chart.render(
                "bundled",
                "drain.preStopSeconds=1",
                "drain.timeoutSeconds=600",
                "drain.patienceSeconds=20",
                "drain.reserveSeconds=3");

        assertThat(manifests
                        .worker()
                        .at("/spec/template/spec/terminationGracePeriodSeconds")
                        .asInt())
                .isEqualTo(624);
        assertThat(manifests.variable("WORKER_DRAIN_TIMEOUT")).isEqualTo("600s");
        assertThat(manifests.variable("WORKER_STOP_PATIENCE")).isEqualTo("20s");
        assertThat(manifests.container().at("/lifecycle/preStop/exec/command").toString())
                .isEqualTo("[\"sleep\",\"1\"]");
    }

    /** A selector can't be changed: an upgrade to another one fails. */
    @ParameterizedTest
    @CsvSource({
        "defaults, image.tag=2.0.0",
        "embedded-stub, commonLabels.team=a",
        "embedded-login, podLabels.team=a",
        "external-api-key, replicaCount=5",
        "bundled, serviceAccount.name=b",
        "autoscaled, nodeSelector.pool=a",
        "keda, podAnnotations.a=b",
    })
    void an_upgrade_never_changes_the_selector(String valueSet, String changed) {
        JsonNode selector = chart.render(valueSet, changed).worker().at("/spec/selector/matchLabels");

        assertThat(selector.toString())
                .isEqualTo(
                        "{\"app.kubernetes.io/name\":\"claudecluster-worker\",\"app.kubernetes.io/instance\":\"worker\","
                                + "\"app.kubernetes.io/component\":\"worker\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bundled", "external-api-key", "external-inline"})
    void more_workers_are_added_and_none_is_replaced(String valueSet) {
        JsonNode one = chart.render(valueSet, "replicaCount=1").worker().at("/spec/template");

        assertThat(chart.render(valueSet, "replicaCount=3").worker().at("/spec/template"))
                .isEqualTo(one);
    }

    @ParameterizedTest
    @CsvSource({
        "defaults, Recreate",
        "embedded-login, Recreate",
        "bundled, RollingUpdate",
        "external-api-key, RollingUpdate",
        "autoscaled, RollingUpdate",
    })
    void only_workers_that_share_nothing_in_the_pod_overlap(String valueSet, String strategy) {
        assertThat(chart.render(valueSet).worker().at("/spec/strategy/type").asText())
                .isEqualTo(strategy);
    }

    @Test
    void a_workspace_for_one_node_is_given_up_before_the_next_pod_comes() {
        Manifests manifests = chart.render("bundled", "replicaCount=1", "workspace.type=pvc");

        assertThat(manifests.worker().at("/spec/strategy/type").asText()).isEqualTo("Recreate");
    }

    @Test
    void workers_on_one_workspace_have_directories_of_their_own() {
        assertThat(chart.render("autoscaled").variable("WORKER_STORAGE_WORKSPACE_ROOT"))
                .isEqualTo("/app/workspace/$(POD_NAME)");
        assertThat(chart.render("embedded-login").variable("WORKER_STORAGE_WORKSPACE_ROOT"))
                .isEqualTo("/app/workspace");
    }

    @ParameterizedTest
    @ValueSource(strings = {"autoscaled", "keda"})
    void a_scaler_owns_the_replicas(String valueSet) {
        assertThat(chart.render(valueSet).worker().path("spec").has("replicas")).isFalse();
    }

    @Test
    void a_variable_of_extraEnv_replaces_the_charts() {
        assertThat(chart.render("every-extra").variable("LOG_LEVEL")).isEqualTo("debug");
    }

    @Test
    void settings_become_variables_and_numbers_stay_readable() {
        Manifests manifests = chart.render("every-extra");

        assertThat(manifests.variable("WORKER_LEASE_DURATION")).isEqualTo("45s");
        assertThat(manifests.variable("WORKER_QUEUE_CAPACITY")).isEqualTo("2000000");
        assertThat(manifests.variable("WORKER_LIMITS_PARK")).isEqualTo("false");
    }

    @Test
    void it_answers_by_the_names_of_service_and_ingress_and_by_what_is_added() {
        assertThat(chart.render("every-extra").variable("WORKER_ACCESS_HOSTS").split(","))
                .contains("gateway.example")
                .anyMatch(name -> name.endsWith(".svc"))
                .anyMatch(name -> name.endsWith(".svc.cluster.local"));
        assertThat(chart.render("autoscaled").variable("WORKER_ACCESS_HOSTS").split(","))
                .contains("worker.example.com");
    }

    @Test
    void keys_go_in_as_a_directory_that_follows_their_secret_and_everybody_needs_one() {
        Manifests manifests = chart.render("autoscaled");

        assertThat(manifests.variable("WORKER_ACCESS_MODE")).isEqualTo("key");
        assertThat(manifests.variable("WORKER_ACCESS_KEYS_FILE")).isEqualTo("/app/access/keys.json");
        assertThat(mounts(manifests)).contains("/app/access");
        assertThat(volume(manifests, "access").path("secret").toString())
                .isEqualTo("{\"secretName\":\"worker-keys\",\"defaultMode\":288,"
                        + "\"items\":[{\"key\":\"team.json\",\"path\":\"keys.json\"}]}");
    }

    @ParameterizedTest
    @CsvSource({"embedded-stub, local", "external-inline, none", "keda, key"})
    void without_keys_the_mode_is_the_one_that_was_named(String valueSet, String mode) {
        Manifests manifests = chart.render(valueSet);

        assertThat(manifests.variable("WORKER_ACCESS_MODE")).isEqualTo(mode);
        assertThat(manifests.variable("WORKER_ACCESS_KEYS_FILE")).isEmpty();
        assertThat(mounts(manifests)).doesNotContain("/app/access");
    }

    @Test
    void keys_may_be_there_where_nobody_needs_one() {
        Manifests manifests = chart.render("embedded-stub", "access.existingSecret=worker-keys");

        assertThat(manifests.variable("WORKER_ACCESS_MODE")).isEqualTo("local");
        assertThat(manifests.variable("WORKER_ACCESS_KEYS_FILE")).isEqualTo("/app/access/keys.json");
    }

    @Test
    void a_key_goes_in_by_reference_and_nothing_is_mounted() {
        Manifests manifests = chart.render("external-api-key");

        assertThat(variable(manifests, "ANTHROPIC_API_KEY")
                        .at("/valueFrom/secretKeyRef")
                        .toString())
                .isEqualTo("{\"key\":\"api-key\",\"name\":\"anthropic\",\"optional\":true}");
        assertThat(mounts(manifests)).doesNotContain("/app/auth");
    }

    @Test
    void a_file_goes_in_as_a_directory_that_a_later_secret_fills() {
        Manifests manifests = chart.render("defaults");

        assertThat(mounts(manifests)).contains("/app/auth");
        assertThat(volume(manifests, "auth").path("secret").toString())
                .isEqualTo("{\"secretName\":\"worker-claudecluster-worker-auth\",\"optional\":true,\"defaultMode\":288,"
                        + "\"items\":[{\"key\":\"config.json\",\"path\":\"config.json\"}]}");
    }

    @Test
    void a_federated_identity_is_a_token_for_the_api_alone() {
        Manifests manifests = chart.render("keda");

        assertThat(volume(manifests, "identity")
                        .at("/projected/sources/0/serviceAccountToken/audience")
                        .asText())
                .isEqualTo("https://api.anthropic.com");
        assertThat(manifests.variable("ANTHROPIC_IDENTITY_TOKEN_FILE")).isEqualTo("/var/run/secrets/anthropic/token");
        assertThat(manifests.ofKind("Secret")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "external-inline, claude.oauthToken=another",
        "external-inline, database.external.password=another",
    })
    void what_is_read_at_the_start_restarts_the_pods_when_it_changes(String valueSet, String changed) {
        assertThat(annotations(chart.render(valueSet, changed))).isNotEqualTo(annotations(chart.render(valueSet)));
    }

    @Test
    void a_file_that_the_worker_reloads_by_itself_restarts_nothing() {
        Manifests changed = chart.render("bundled", "claude.authFile=another");

        assertThat(changed.worker()).isEqualTo(chart.render("bundled").worker());
        assertThat(changed.ofKind("Secret").toList())
                .isNotEqualTo(chart.render("bundled").ofKind("Secret").toList());
    }

    @Test
    void keda_counts_what_waits_and_what_runs() {
        JsonNode trigger = chart.render("keda").only("ScaledObject").at("/spec/triggers/0");

        assertThat(trigger.path("type").asText()).isEqualTo("postgresql");
        assertThat(trigger.at("/metadata/query").asText()).contains("'running'", "'pending'");
        assertThat(trigger.at("/metadata/host").asText()).isEqualTo("db.internal");
        assertThat(trigger.at("/metadata/port").asText()).isEqualTo("5433");
        assertThat(trigger.at("/metadata/dbName").asText()).isEqualTo("claudecluster");
        assertThat(trigger.at("/metadata/targetQueryValue").asText()).isEqualTo("5");
    }

    @Test
    void workers_are_let_out_to_names_the_api_and_the_database_only() {
        JsonNode egress = chart.render("bundled")
                .ofKind("NetworkPolicy")
                .findFirst()
                .orElseThrow()
                .at("/spec/egress");

        assertThat(Manifests.list(egress).map(rule -> rule.at("/ports/0/port").asInt()))
                .containsExactly(53, 443, 5432);
        assertThat(egress.at("/2/to/0/podSelector/matchLabels/app.kubernetes.io~1component")
                        .asText())
                .isEqualTo("postgresql");
    }

    @Test
    void monitors_are_left_out_where_the_cluster_does_not_know_them() {
        assertThat(chart.render("keda", "metrics.renderMode=ifCrdExists").ofKind("PodMonitor"))
                .isEmpty();
        assertThat(chart.render("keda").ofKind("PodMonitor")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"1.20.2, policy/v1beta1, autoscaling/v2beta2", "1.33.0, policy/v1, autoscaling/v2"})
    void versions_of_the_api_are_those_that_the_cluster_has(String kubernetes, String policy, String autoscaling) {
        Manifests manifests = Manifests.parse(chart.template()
                .withKubeVersion(kubernetes)
                .withValuesFile(Chart.valuesOf("autoscaled"))
                .call());

        assertThat(manifests.only("PodDisruptionBudget").path("apiVersion").asText())
                .isEqualTo(policy);
        assertThat(manifests.only("HorizontalPodAutoscaler").path("apiVersion").asText())
                .isEqualTo(autoscaling);
    }

    @ParameterizedTest
    @ValueSource(strings = {"defaults", "external-api-key", "bundled"})
    void nothing_but_what_kubernetes_1_20_knows_is_on_by_default(String valueSet) {
        Manifests manifests = Manifests.parse(chart.template()
                .withKubeVersion("1.20.2")
                .withValuesFile(Chart.valuesOf(valueSet))
                .call());

        assertThat(manifests.objects())
                .map(object -> object.path("apiVersion").asText())
                .isSubsetOf("v1", "apps/v1", "policy/v1beta1", "networking.k8s.io/v1");
    }

    private static Stream<String> mounts(Manifests manifests) {
        return Manifests.list(manifests.container().path("volumeMounts"))
                .map(mount -> mount.path("mountPath").asText());
    }

    private static JsonNode variable(Manifests manifests, String name) {
        return named(manifests.container().path("env"), name);
    }

    private static JsonNode volume(Manifests manifests, String name) {
        return named(manifests.worker().at("/spec/template/spec/volumes"), name);
    }

    private static JsonNode named(JsonNode list, String name) {
        return Manifests.list(list)
                .filter(entry -> entry.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode annotations(Manifests manifests) {
        return manifests.worker().at("/spec/template/metadata/annotations");
    }
}
