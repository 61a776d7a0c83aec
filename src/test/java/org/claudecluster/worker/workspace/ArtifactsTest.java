package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.claudecluster.worker.files.FileTrees;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactsTest {

    @TempDir
    Path home;

    private Path work;
    private Artifacts artifacts;

    @BeforeEach
    void fill() throws IOException {
        Path root = Files.createDirectories(home.resolve("root"));
        work = Files.createDirectories(root.resolve("task"));
        artifacts = new Artifacts(root, work);
        Files.writeString(home.resolve("secret"), "secret");
        Files.writeString(work.resolve("b.txt"), "bb");
        Files.writeString(work.resolve("a.txt"), "a");
        Files.writeString(Files.createDirectories(work.resolve("dir/deep")).resolve("c ö.txt"), "ccc");
        Files.writeString(Files.createDirectories(work.resolve(".git")).resolve("config"), "hidden");
        Files.createSymbolicLink(work.resolve("link"), home.resolve("secret"));
        Files.createSymbolicLink(work.resolve("out"), home);
    }

    @Test
    void regular_files_are_listed_and_neither_links_nor_git() throws IOException {
        assertThat(paths()).containsExactly("a.txt", "b.txt", "dir/deep/c ö.txt");
    }

    @Test
    void a_file_is_read() throws IOException {
        assertThat(read("dir/deep/c%20%C3%B6.txt")).contains("ccc");
    }

    @Test
    void each_byte_that_a_name_can_have_is_listed_and_read() throws IOException {
        Path odd = Files.createDirectories(work.resolve("odd"));
        List<String> names = IntStream.range(1, 0x100)
                .filter(b -> b != '/' && b != '.')
                .mapToObj("%%%02X"::formatted)
                .toList();
        for (String name : names) {
            Files.writeString(Path.of(URI.create(odd.toUri() + name)), name);
        }
        List<String> encoded = new ArrayList<>();
        artifacts.each((file, _) -> encoded.add(file.encodedPath()));

        assertThat(names).allSatisfy(name -> assertThat(read("odd/" + name)).contains(name));
        assertThat(encoded.stream().filter(path -> path.startsWith("odd/")))
                .hasSize(names.size())
                .allSatisfy(path -> assertThat(read(path)).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "link",
                "out/secret",
                "out",
                "../../secret",
                "dir/../a.txt",
                "./a.txt",
                "/a.txt",
                "a.txt/",
                "dir",
                "",
                ".",
                "..",
                ".git/config",
                "none",
                "dir//deep/c%20%C3%B6.txt",
                "dir%2Fdeep/c%20%C3%B6.txt",
                "%2egit/config",
                "a.txt%00"
            })
    void nothing_else_is_read(String path) throws IOException {
        assertThat(read(path)).isEmpty();
    }

    @Test
    void a_workspace_that_became_a_link_is_not_followed() throws IOException {
        FileTrees.delete(work);
        Files.createSymbolicLink(work, home);

        assertThat(read("secret")).isEmpty();
        assertThatThrownBy(this::paths).isInstanceOf(IOException.class);
    }

    @Test
    void a_directory_that_becomes_a_link_while_it_is_walked_leads_nowhere() throws IOException {
        List<String> seen = new ArrayList<>();
        artifacts.each((file, _) -> {
            seen.add(file.path());
            FileTrees.delete(work.resolve("dir"));
            Files.deleteIfExists(work.resolve("dir"));
            Files.createSymbolicLink(work.resolve("dir"), home);
            return true;
        });

        assertThat(seen).containsExactly("a.txt", "b.txt");
    }

    @Test
    void a_directory_of_more_names_than_are_held_is_listed_whole_and_each_file_once() throws IOException {
        fillLarge(Files.createDirectories(work.resolve("large")));
        List<String> seen = new ArrayList<>();
        new Artifacts(home.resolve("root"), work, 500).each((file, _) -> seen.add(file.path()));

        assertThat(seen)
                .startsWith("a.txt", "b.txt", "dir/deep/c ö.txt", "large/0000")
                .doesNotHaveDuplicates();
        assertThat(seen).hasSize(3 + 5_000 + 5).contains("large/4999", "large/0000-below/x", "large/4000-below/x");
        assertThat(seen.stream().filter(path -> path.matches("large/\\d+"))).isSorted();
    }

    private static void fillLarge(Path large) throws IOException {
        for (int file = 0; file < 5_000; file++) {
            Files.createFile(large.resolve("%04d".formatted(file)));
        }
        for (int file = 0; file < 5_000; file += 1_000) {
            Path below = Files.createDirectory(large.resolve("%04d-below".formatted(file)));
            Files.createFile(below.resolve("x"));
        }
    }

    private List<String> paths() throws IOException {
        List<String> paths = new ArrayList<>();
        artifacts.each((file, _) -> paths.add(file.path()));
        return paths;
    }

    private Optional<String> read(String path) throws IOException {
        Optional<Artifacts.Open> found = artifacts.open(path);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (Artifacts.Open open = found.get()) {
            return Optional.of(new String(open.bytes().readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
