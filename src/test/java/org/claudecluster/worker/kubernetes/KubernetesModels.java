package org.claudecluster.worker.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The models of Kubernetes' own client, which know every field of the API and refuse the others. */
final class KubernetesModels {

    private static final Map<String, Model> MODELS = Map.ofEntries(
            Map.entry("v1 ConfigMap", new Model(V1ConfigMap::validateJsonElement, V1ConfigMap::fromJson)),
            Map.entry("v1 Pod", new Model(V1Pod::validateJsonElement, V1Pod::fromJson)),
            Map.entry("v1 Secret", new Model(V1Secret::validateJsonElement, V1Secret::fromJson)),
            Map.entry("v1 Service", new Model(V1Service::validateJsonElement, V1Service::fromJson)),
            Map.entry(
                    "v1 ServiceAccount", new Model(V1ServiceAccount::validateJsonElement, V1ServiceAccount::fromJson)),
            Map.entry(
                    "v1 PersistentVolumeClaim",
                    new Model(V1PersistentVolumeClaim::validateJsonElement, V1PersistentVolumeClaim::fromJson)),
            Map.entry("apps/v1 Deployment", new Model(V1Deployment::validateJsonElement, V1Deployment::fromJson)),
            Map.entry("apps/v1 StatefulSet", new Model(V1StatefulSet::validateJsonElement, V1StatefulSet::fromJson)),
            Map.entry(
                    "policy/v1 PodDisruptionBudget",
                    new Model(V1PodDisruptionBudget::validateJsonElement, V1PodDisruptionBudget::fromJson)),
            Map.entry(
                    "autoscaling/v2 HorizontalPodAutoscaler",
                    new Model(V2HorizontalPodAutoscaler::validateJsonElement, V2HorizontalPodAutoscaler::fromJson)),
            Map.entry("networking.k8s.io/v1 Ingress", new Model(V1Ingress::validateJsonElement, V1Ingress::fromJson)),
            Map.entry(
                    "networking.k8s.io/v1 NetworkPolicy",
                    new Model(V1NetworkPolicy::validateJsonElement, V1NetworkPolicy::fromJson)));

    /** Custom resources, whose models are their operators'. The snapshots hold them. */
    private static final Set<String> UNKNOWN = Set.of(
            "keda.sh/v1alpha1 ScaledObject",
            "keda.sh/v1alpha1 TriggerAuthentication",
            "monitoring.coreos.com/v1 PodMonitor",
            "monitoring.coreos.com/v1 PrometheusRule",
            "monitoring.coreos.com/v1 ServiceMonitor");

    private record Model(Check fields, Read types) {}

    @FunctionalInterface
    private interface Check {
        void validate(JsonElement object) throws IOException;
    }

    @FunctionalInterface
    private interface Read {
        Object read(String json) throws IOException;
    }

    private KubernetesModels() {}

    /** What is wrong with an object; empty where nothing is. */
    static Optional<String> problem(JsonNode object) {
        String kind =
                object.path("apiVersion").asText() + " " + object.path("kind").asText();
        if (UNKNOWN.contains(kind)) {
            return Optional.empty();
        }
        Model model = MODELS.get(kind);
        if (model == null) {
            return Optional.of(kind + " is not known to Kubernetes");
        }
        try {
            model.fields().validate(JsonParser.parseString(object.toString()));
            model.types().read(object.toString());
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.of(kind + " " + object.at("/metadata/name").asText() + ": " + e.getMessage());
        }
    }
}
