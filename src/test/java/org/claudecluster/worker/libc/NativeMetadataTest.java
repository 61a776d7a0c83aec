package org.claudecluster.worker.libc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * What GraalVM has to know of the calls of the C library, which it generates at the build: each with its types as it is
 * really linked, and no other. The form is that of GraalVM 25, "Foreign Function and Memory API in Native Image".
 */
class NativeMetadataTest {

    private static final Path SOURCES = Path.of("src/main/java");
    private static final Path METADATA = Path.of(
            "src/main/resources/META-INF/native-image/org.claudecluster/claudecluster-worker/reachability-metadata.json");

    /** A function in a static field: the field, how it is bound, and what else is said. */
    private static final Pattern BINDING =
            Pattern.compile("(?s)MethodHandle (\\w+)\\s*=\\s*(?:Libc\\.)?(bind|bindErrno)\\((.*?)\\);");

    private static final Pattern VARIADIC = Pattern.compile("firstVariadicArg\\((\\d)\\)");

    private static final Map<Class<?>, String> CANONICAL =
            Map.of(int.class, "int", long.class, "long", short.class, "short", MemorySegment.class, "void*");

    /** As the metadata tells it. */
    record Downcall(String returns, List<String> takes, boolean errno, Optional<Integer> firstVariadic) {}

    private static JsonNode metadata() throws IOException {
        return new ObjectMapper().readTree(METADATA.toFile());
    }

    private static Stream<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> BINDING.matcher(text(file)).find()).toList().stream();
        }
    }

    private static String text(Path file) {
        try {
            return Files.isDirectory(file) ? "" : Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String className(Path source) {
        return SOURCES.relativize(source).toString().replace(".java", "").replace('/', '.');
    }

    private static List<Downcall> linked() throws IOException {
        List<Downcall> linked = new ArrayList<>();
        for (Path source : sources().toList()) {
            for (MatchResult binding : BINDING.matcher(text(source)).results().toList()) {
                linked.add(linked(className(source), binding));
            }
        }
        return linked;
    }

    /** The types are those of the handle; where errno is kept, its first argument is the segment for it. */
    private static Downcall linked(String type, MatchResult binding) {
        boolean errno = binding.group(2).equals("bindErrno");
        MethodType types = handle(type, binding.group(1)).type();
        return new Downcall(
                canonical(types.returnType()),
                types.parameterList().stream()
                        .skip(errno ? 1 : 0)
                        .map(NativeMetadataTest::canonical)
                        .toList(),
                errno,
                VARIADIC.matcher(binding.group(3)).results().findFirst().map(found -> Integer.valueOf(found.group(1))));
    }

    private static String canonical(Class<?> type) {
        return requireNonNull(CANONICAL.get(type), type.getName());
    }

    private static MethodHandle handle(String type, String name) {
        try {
            Field field = Class.forName(type).getDeclaredField(name);
            field.setAccessible(true);
            return (MethodHandle) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type, e);
        }
    }

    private static Downcall registered(JsonNode call) {
        JsonNode options = call.path("options");
        return new Downcall(
                call.path("returnType").asText(),
                StreamSupport.stream(call.path("parameterTypes").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList(),
                options.path("captureCallState").asBoolean(),
                Optional.of(options.path("firstVariadicArg"))
                        .filter(JsonNode::isInt)
                        .map(JsonNode::asInt));
    }

    @Test
    void each_call_of_the_c_library_is_registered_as_it_is_linked_and_no_other() throws IOException {
        assertThat(metadata().at("/foreign/downcalls"))
                .extracting(NativeMetadataTest::registered)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        linked().stream().distinct().toList());
    }

    @Test
    void no_binding_is_overlooked() throws IOException {
        assertThat(linked()).hasSizeGreaterThan(35);
        try (Stream<Path> files = Files.walk(SOURCES)) {
            assertThat(files.filter(file -> text(file).contains("Libc.bind")))
                    .containsExactlyInAnyOrderElementsOf(sources()
                            .filter(source -> !source.endsWith("Libc.java"))
                            .toList());
        }
    }

    @Test
    void the_metadata_has_the_form_that_is_read() throws IOException {
        assertThat(names(metadata())).containsExactly("foreign");
        assertThat(names(metadata().path("foreign"))).containsExactly("downcalls");
        assertThat(metadata().at("/foreign/downcalls")).allSatisfy(call -> {
            assertThat(names(call))
                    .startsWith("returnType", "parameterTypes")
                    .isSubsetOf("returnType", "parameterTypes", "options");
            assertThat(names(call.path("options"))).isSubsetOf("captureCallState", "firstVariadicArg");
        });
    }

    private static List<String> names(JsonNode object) {
        return object.propertyStream().map(Map.Entry::getKey).toList();
    }

    @Test
    void what_is_bound_is_bound_when_the_executable_starts() throws IOException {
        Properties properties = new Properties();
        try (var file = Files.newInputStream(Path.of("src/main/resources/application.properties"))) {
            properties.load(file);
        }
        String arguments = properties.getProperty("quarkus.native.additional-build-args");

        assertThat(arguments).startsWith("--enable-native-access=ALL-UNNAMED,--initialize-at-run-time=");
        List<String> rooms = Pattern.compile("org\\.claudecluster\\.worker\\.\\w+")
                .matcher(arguments)
                .results()
                .map(MatchResult::group)
                .toList();
        assertThat(sources().map(NativeMetadataTest::className).collect(Collectors.toSet()))
                .allMatch(type -> rooms.stream().anyMatch(room -> type.startsWith(room + ".")));
    }
}
