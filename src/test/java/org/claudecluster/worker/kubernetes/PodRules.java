package org.claudecluster.worker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.regex.Pattern;

/** What holds for every pod that we ship: the restricted Pod Security Standard, and some rules of our own. */
final class PodRules {

    private static final Set<String> RESTRICTED_VOLUMES = Set.of(
            "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret");
    private static final Pattern PINNED = Pattern.compile(".+(:[A-Za-z0-9_][A-Za-z0-9_.-]*|@sha256:[0-9a-f]{64})");

    private PodRules() {}

    static void hold(Manifests manifests) {
        assertThat(manifests.pods()).isNotEmpty().allSatisfy(PodRules::podIsRestricted);
        assertThat(manifests.containers()).isNotEmpty().allSatisfy(PodRules::containerIsRestricted);
        assertThat(manifests.ofKind("ConfigMap"))
                .noneSatisfy(map -> assertThat(map.toString())
                        .containsPattern("(?i)a-password|an-api-key|an-oauth-token|password\\W*:\\W*\\w"));
    }

    private static void podIsRestricted(JsonNode pod) {
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/runAsUser").asInt()).isPositive();
        assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
        assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
        assertThat(pod.path("hostNetwork").asBoolean()).isFalse();
        assertThat(pod.path("hostPID").asBoolean()).isFalse();
        assertThat(pod.path("hostIPC").asBoolean()).isFalse();
        assertThat(Manifests.list(pod.path("volumes")))
                .allSatisfy(volume -> assertThat(volume.fieldNames())
                        .toIterable()
                        .filteredOn(field -> !field.equals("name"))
                        .isSubsetOf(RESTRICTED_VOLUMES));
    }

    private static void containerIsRestricted(JsonNode container) {
        JsonNode security = container.path("securityContext");
        assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(security.path("privileged").asBoolean()).isFalse();
        assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(security.at("/capabilities/drop").toString()).isEqualTo("[\"ALL\"]");
        assertThat(security.at("/capabilities/add").isMissingNode()).isTrue();
        assertThat(container.at("/resources/limits/cpu").asText()).isNotEmpty();
        assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
        assertThat(container.path("image").asText()).matches(PINNED).doesNotEndWith(":latest");
        assertThat(Manifests.list(container.path("volumeMounts")))
                .as("a subPath never sees another version of its Secret")
                .allSatisfy(mount -> assertThat(mount.has("subPath")).isFalse());
    }
}
