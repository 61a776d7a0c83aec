package org.claudecluster.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import com.marcnuri.helm.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.claudecluster.worker.access.AccessKey;
import org.claudecluster.worker.e2e.Api;

/**
 * The chart, released in a namespace of its own with a Secret that lets in who has the tests' key. Closing it uninstalls it, holds that nothing of it is left, and removes
 * the namespace.
 */
final class ChartRelease implements AutoCloseable {

    /** The release's name and the name of its objects, since it is the chart's own. */
    static final String NAME = "claudecluster-worker";

    static final int PORT = 3001;

    /** The Secret of keys. */
    static final String KEYS = NAME + "-access";

    static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final Path CHART = Path.of("helm", "claudecluster-worker");
    private static final String WORKERS = "app.kubernetes.io/instance=" + NAME + ",app.kubernetes.io/component=worker";
    private static final String KINDS =
            "pods,services,endpoints,endpointslices,deployments,statefulsets,replicasets,jobs,"
                    + "configmaps,secrets,serviceaccounts,persistentvolumeclaims,poddisruptionbudgets,horizontalpodautoscalers,"
                    + "networkpolicies,ingresses,roles,rolebindings";
    private static final Pattern OF_KUBERNETES =
            Pattern.compile("configmap/kube-root-ca\\.crt|serviceaccount/default|secret/default-token-.*");

    private final Kubectl kubectl;
    private final Path values;
    private final String key;
    private final Map<String, PortForward> forwards = new TreeMap<>();

    private ChartRelease(Kubectl kubectl, Path values, String key) {
        this.kubectl = kubectl;
        this.values = values;
        this.key = key;
    }

    /** Makes the namespace and the Secret. */
    static ChartRelease in(String namespace) throws IOException {
        Kubectl kubectl = new Kubectl(namespace);
        kubectl.run("create", "namespace", namespace);
        String key = AccessKey.random();
        kubectl.runWith("""
                apiVersion: v1
                kind: Secret
                metadata: {name: %s}
                stringData:
                  keys.json: '{"keys": [{"name": "test", "sha256": "%s", "tenant": "default", "scopes": ["admin"]}]}'
                """.formatted(KEYS, AccessKey.hash(key)), "apply", "--filename=-");
        return existing(kubectl, key);
    }

    /** In a namespace that is there, with the Secret that knows this key. */
    static ChartRelease existing(Kubectl kubectl, String key) throws IOException {
        return new ChartRelease(kubectl, Files.createTempFile("values", ".yaml"), key);
    }

    Kubectl kubectl() {
        return kubectl;
    }

    /** {@code helm install --wait} with these values; the image is the chart's default, which the cluster has. */
    Release install(String yaml) throws IOException {
        return installing(yaml).waitReady().withTimeout(seconds()).call();
    }

    /** The same without {@code --wait}. */
    Release installUnready(String yaml) throws IOException {
        return installing(yaml).call();
    }

    private InstallCommand installing(String yaml) throws IOException {
        return new Helm(CHART)
                .install()
                .withName(NAME)
                .withNamespace(kubectl.namespace())
                .withKubeConfig(Kubectl.config())
                .withValuesFile(Files.writeString(values, yaml))
                .set("access.existingSecret", KEYS);
    }

    /** {@code helm upgrade --wait}; these values are all that there are, not a change of the last ones. */
    Release upgrade(String yaml) throws IOException {
        return new Helm(CHART)
                .upgrade()
                .withName(NAME)
                .withNamespace(kubectl.namespace())
                .withKubeConfig(Kubectl.config())
                .withValuesFile(Files.writeString(values, yaml))
                .set("access.existingSecret", KEYS)
                .waitReady()
                .withTimeout(seconds())
                .call();
    }

    private static int seconds() {
        return (int) PATIENCE.toSeconds();
    }

    /** {@code helm test}. */
    Release test() {
        return Helm.test(NAME)
                .withNamespace(kubectl.namespace())
                .withKubeConfig(Kubectl.config())
                .withTimeout(seconds())
                .call();
    }

    /** The workers' pods that are not going away, by name. */
    List<String> pods() {
        return workerPods()
                .filter(pod -> pod.path("metadata").path("deletionTimestamp").isMissingNode())
                .map(ChartRelease::name)
                .sorted()
                .toList();
    }

    /** One that can be asked now, whatever happens to the others. */
    Api anyone() {
        return api(await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(
                        () -> workerPods()
                                .filter(ChartRelease::isReady)
                                .filter(pod -> pod.path("metadata")
                                        .path("deletionTimestamp")
                                        .isMissingNode())
                                .map(ChartRelease::name)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow());
    }

    JsonNode pod(String name) {
        return kubectl.json("get", "pod", name);
    }

    /** All of the workers' pods, also those that are going away. */
    Stream<JsonNode> workerPods() {
        return kubectl.list("pods", WORKERS);
    }

    static String name(JsonNode object) {
        return object.path("metadata").path("name").asText();
    }

    static boolean isReady(JsonNode pod) {
        return container(pod).path("ready").asBoolean();
    }

    static int restarts(JsonNode pod) {
        return container(pod).path("restartCount").asInt(-1);
    }

    /** The state of the worker's container, which is the pod's only one. */
    private static JsonNode container(JsonNode pod) {
        return pod.path("status").path("containerStatuses").path(0);
    }

    /** A pod's API, through a port-forward that stays open as long as kubectl lets it. */
    Api api(String pod) {
        PortForward open = forwards.get(pod);
        if (open != null && !open.isUp()) {
            forwards.remove(pod);
            open.close();
        }
        return forwards.computeIfAbsent(pod, name -> PortForward.to(kubectl, "pod/" + name, ":" + PORT, key))
                .api();
    }

    /** The kinds and names of all that is in the namespace and was not put there by Kubernetes itself. */
    List<String> contents() {
        return kubectl.run("get", KINDS, "--output=name", "--ignore-not-found")
                .lines()
                .filter(object -> !OF_KUBERNETES.matcher(object).matches())
                .toList();
    }

    /** {@code helm uninstall}, then waits until the namespace holds nothing but this and the keys. */
    void uninstallLeaving(String... objects) {
        forwards.values().forEach(PortForward::close);
        forwards.clear();
        Helm.uninstall(NAME)
                .withNamespace(kubectl.namespace())
                .withKubeConfig(Kubectl.config())
                .call();
        List<String> left =
                Stream.concat(Stream.of("secret/" + KEYS), Stream.of(objects)).toList();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(contents()).containsExactlyInAnyOrderElementsOf(left));
    }

    @Override
    public void close() throws IOException {
        forwards.values().forEach(PortForward::close);
        Files.deleteIfExists(values);
        kubectl.run("delete", "namespace", kubectl.namespace(), "--wait=false");
    }
}
