package org.claudecluster.worker.kubernetes;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The chart, and Helm to render it with. */
record Chart(Path directory) {

    static final Path DIRECTORY = Path.of("helm/claudecluster-worker");
    static final String RELEASE = "worker";
    static final String NAMESPACE = "agents";
    static final String KUBERNETES = "1.33.0";

    private static final Map<Path, String> RENDERED = new ConcurrentHashMap<>();
    private static final Path VALUES = Path.of("src/test/resources/chart/values");

    static Chart ours() {
        return new Chart(DIRECTORY);
    }

    /** The names of the value sets that every rule is tried on. */
    static List<String> valueSets() {
        try (Stream<Path> files = Files.list(VALUES)) {
            return files.map(file -> file.getFileName().toString().replace(".yaml", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path valuesOf(String valueSet) {
        return VALUES.resolve(valueSet + ".yaml");
    }

    /** A copy without the schema, as for those who skip its validation. */
    Chart withoutSchema(Path target) {
        return copied(target, file -> !file.endsWith("values.schema.json"));
    }

    /** A copy whose test is an object like the others, since Helm renders no hooks here. */
    Chart withoutHooks(Path target) {
        Chart copy = copied(target, _ -> true);
        Path test = target.resolve("templates/tests/task.yaml");
        try {
            Files.writeString(test, Files.readString(test).replace("\"helm.sh/hook\"", "\"example.com/hook\""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    /** What a value set renders to; once for all tests, since Helm needs some time for it. */
    String text(String valueSet) {
        return RENDERED.computeIfAbsent(
                directory.resolve(valueSet),
                _ -> template().withValuesFile(valuesOf(valueSet)).call());
    }

    Manifests render(String valueSet) {
        return Manifests.parse(text(valueSet));
    }

    /**
     * What a value set renders to with more values on top.
     *
     * @param more as {@code --set} takes them, one each
     */
    Manifests render(String valueSet, String... more) {
        return Manifests.parse(
                set(template().withValuesFile(valuesOf(valueSet)), more).call());
    }

    TemplateCommand template() {
        return new Helm(directory)
                .template()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeVersion(KUBERNETES);
    }

    static TemplateCommand set(TemplateCommand command, String... values) {
        for (String value : values) {
            int equals = value.indexOf('=');
            command.set(value.substring(0, equals), value.substring(equals + 1));
        }
        return command;
    }

    private Chart copied(Path target, Predicate<Path> wanted) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.filter(wanted).forEach(file -> copy(file, target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Chart(target);
    }

    private void copy(Path file, Path target) {
        try {
            Path copy = target.resolve(directory.relativize(file).toString());
            if (Files.isDirectory(file)) {
                Files.createDirectories(copy);
            } else {
                Files.copy(file, copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
