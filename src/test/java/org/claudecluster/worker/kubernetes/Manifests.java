package org.claudecluster.worker.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The objects of some YAML. */
record Manifests(List<JsonNode> objects) {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    Manifests {
        objects = List.copyOf(objects);
    }

    static Manifests parse(String yaml) {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            return new Manifests(documents.readAll().stream()
                    .filter(Objects::nonNull)
                    .filter(JsonNode::isObject)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Manifests read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Stream<JsonNode> ofKind(String kind) {
        return objects.stream().filter(object -> object.path("kind").asText().equals(kind));
    }

    /** The one object of a kind. */
    JsonNode only(String kind) {
        return ofKind(kind)
                .reduce((_, _) -> {
                    throw new AssertionError("more than one " + kind);
                })
                .orElseThrow(() -> new AssertionError("no " + kind));
    }

    /** The worker's Deployment. */
    JsonNode worker() {
        return only("Deployment");
    }

    /** The worker's container. */
    JsonNode container() {
        return worker().at("/spec/template/spec/containers/0");
    }

    /** The value of a variable of the worker's; empty where it has none or gets it from elsewhere. */
    String variable(String name) {
        return list(container().path("env"))
                .filter(variable -> variable.path("name").asText().equals(name))
                .map(variable -> variable.path("value").asText())
                .findFirst()
                .orElse("");
    }

    /** The specifications of all pods that these objects make. */
    Stream<JsonNode> pods() {
        return Stream.of(
                        ofKind("Deployment").map(object -> object.at("/spec/template/spec")),
                        ofKind("StatefulSet").map(object -> object.at("/spec/template/spec")),
                        ofKind("Pod").map(object -> object.path("spec")))
                .flatMap(pods -> pods);
    }

    Stream<JsonNode> containers() {
        return pods().flatMap(pod -> Stream.concat(list(pod.path("initContainers")), list(pod.path("containers"))));
    }

    static Stream<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
