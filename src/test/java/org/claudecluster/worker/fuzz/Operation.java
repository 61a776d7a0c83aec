package org.claudecluster.worker.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One operation of an OpenAPI document.
 *
 * @param path with its parameters in braces
 * @param body the schema of the JSON body, if it takes one
 */
record Operation(String method, String path, List<Parameter> parameters, Optional<JsonNode> body) {

    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "patch", "head", "options", "trace");

    /** A parameter in the query or the headers. */
    record Parameter(String in, String name, JsonNode schema) {}

    Operation {
        parameters = List.copyOf(parameters);
    }

    static List<Operation> of(JsonNode document) {
        List<Operation> operations = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey()))
                        .forEach(entry -> operations.add(of(entry.getKey(), path.getKey(), entry.getValue()))));
        return operations;
    }

    private static Operation of(String method, String path, JsonNode operation) {
        List<Parameter> parameters = new ArrayList<>();
        for (JsonNode parameter : operation.path("parameters")) {
            String in = parameter.path("in").asText();
            if (!in.equals("path")) {
                parameters.add(new Parameter(in, parameter.path("name").asText(), parameter.path("schema")));
            }
        }
        JsonNode content = operation.path("requestBody").path("content");
        Optional<JsonNode> body = content.isEmpty()
                ? Optional.empty()
                : Optional.of(content.iterator().next().path("schema"));
        return new Operation(method.toUpperCase(Locale.ROOT), path, parameters, body);
    }
}
