package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of files that are no text of the worker's locale, which is POSIX here: each is listed and fetched. */
class FileNamesIT {

    @TempDir
    Path home;

    @Test
    void a_file_of_any_name_is_listed_fetched_and_in_the_archive() throws Exception {
        WorkerSetup setup = WorkerSetup.in(home)
                .withCli(WorkerSetup.shellCli(home))
                .with("LC_ALL", "POSIX")
                .with("ANTHROPIC_API_KEY", "sk-ant-api03-not-used-by-a-shell");
        try (WorkerProcess worker = setup.start()) {
            String id = worker.api().submit("""
                    printf one > "$(printf 'caf\\303\\251')"
                    printf two > "$(printf 'a\\377b')"
                    mkdir "$(printf 'd\\303\\251')" "$(printf 'd\\303\\250')"
                    printf three > "$(printf 'd\\303\\251/x')"
                    printf four > "$(printf 'd\\303\\250/x')"
                    """);
            worker.api().awaitEnd(id);

            JsonNode files =
                    Api.json(worker.api().get("/tasks/" + id + "/artifacts")).path("artifacts");

            assertThat(texts(files, "path"))
                    .containsExactlyInAnyOrder("caf\u00e9", "a\ufffdb", "d\u00e9/x", "d\u00e8/x");
            assertThat(texts(files, "url").stream()
                            .map(url -> worker.api().get(url).body()))
                    .containsExactlyInAnyOrder("one", "two", "three", "four");
            assertThat(names(worker.api()
                            .bytes("/tasks/" + id + "/artifacts?format=tar.gz")
                            .body()))
                    .contains("a%FFb", "one", "two", "three", "four");
        }
    }

    private static List<String> texts(JsonNode files, String field) {
        return StreamSupport.stream(files.spliterator(), false)
                .map(file -> file.path(field).asText())
                .toList();
    }

    /** What a tar of the machine makes of it. */
    private String names(byte[] archive) throws IOException, InterruptedException {
        Path file = Files.write(home.resolve("archive.tar.gz"), archive);
        Process tar = new ProcessBuilder("/bin/sh", "-c", "tar -tzf " + file + "; tar -xzOf " + file)
                .redirectErrorStream(true)
                .start();
        String told = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tar.waitFor()).as(told).isZero();
        return told;
    }
}
