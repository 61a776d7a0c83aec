package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.claudecluster.worker.Pages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first minute of docs/access.md, word for word: a key is made, and whoever sends it is known. */
class AccessPageIT {

    private static final Path PAGE = Path.of("docs/access.md");

    @TempDir
    Path home;

    @Test
    void the_key_that_the_page_makes_is_known_as_the_page_says() throws Exception {
        List<Pages.Block> commands = Pages.blocks().stream()
                .filter(block -> block.page().equals(PAGE) && block.language().equals("bash"))
                .toList();
        String key = shell(String.join("\n", commands.getFirst().lines()) + "\nprintf %s \"$KEY\"");
        WorkerSetup setup = WorkerSetup.in(home)
                .with("HOST", "0.0.0.0")
                .with("WORKER_ACCESS_KEYS_FILE", home.resolve("keys.json").toString());

        try (WorkerProcess worker = setup.start()) {
            String told = shell("KEY=" + key + "\n"
                    + String.join("\n", commands.get(1).lines())
                            .replace("localhost:3001", "localhost:" + setup.port()));

            assertThat(Files.readString(PAGE)).contains("```json\n" + told + "\n```");
            assertThat(worker.api().get("/tasks").statusCode()).isEqualTo(401);
            assertThat(worker.log()).doesNotContain(key);
        }
    }

    private String shell(String script) throws IOException, InterruptedException {
        Process bash = new ProcessBuilder("bash", "-euc", script)
                .directory(home.toFile())
                .start();
        String told = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(told).isZero();
        return told.strip();
    }
}
