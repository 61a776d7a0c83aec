package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.claudecluster.worker.http.Http.awaitEnd;
import static org.claudecluster.worker.http.Http.body;
import static org.claudecluster.worker.http.Http.cancel;
import static org.claudecluster.worker.http.Http.isInvalid;
import static org.claudecluster.worker.http.Http.isProblem;
import static org.claudecluster.worker.http.Http.json;
import static org.claudecluster.worker.http.Http.status;
import static org.claudecluster.worker.http.Http.submit;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.oneOf;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files and follow-ups of tasks that run a shell in place of the CLI. */
@QuarkusTest
@TestProfile(WorkspaceTest.Shell.class)
class WorkspaceTest {

    private static final String FILES =
            "mkdir -p dir .git; printf one > a.txt; printf two > dir/b.txt; printf x > .git/x; ln -s /etc/passwd link";

    /** The settings: a program that writes a session's file, as the CLI does, and runs its prompt. */
    public static class Shell implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("worker.executor.type", "pty", "worker.executor.cli-path", program());
        }

        private static String program() {
            try {
                Path program = Files.createTempFile("session-shell", "");
                program.toFile().deleteOnExit();
                Files.writeString(program, """
                        #!/bin/sh
                        case "$1" in --version) echo '9.9.9 (a shell)'; exit 0 ;; esac
                        mkdir -p "$CLAUDE_CONFIG_DIR/projects/p"
                        for argument; do
                          case "$argument" in
                            --session-id=*) : > "$CLAUDE_CONFIG_DIR/projects/p/${argument#*=}.jsonl" ;;
                            --resume=*) resumed=${argument#*=} ;;
                          esac
                        done
                        eval "$(cat)"
                        """);
                if (!program.toFile().setExecutable(true)) {
                    throw new IOException("not executable: " + program);
                }
                return program.toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void the_files_that_a_task_left_are_listed_and_served() {
        String id = ended(FILES);

        given().get("/tasks/" + id + "/artifacts")
                .then()
                .statusCode(200)
                .body("artifacts.path", contains("a.txt", "dir/b.txt"))
                .body("artifacts[0].size", equalTo(3))
                .body("truncated", equalTo(false));
        given().get("/tasks/" + id + "/artifacts/dir/b.txt")
                .then()
                .statusCode(200)
                .contentType("application/octet-stream")
                .header("Content-Length", equalTo("3"))
                .header("Content-Disposition", containsString("attachment; filename*=UTF-8''b.txt"))
                .body(equalTo("two"));
        isInvalid(given().get("/tasks/" + id + "/artifacts?format=zip"), "format");
    }

    @Test
    void who_asks_for_the_head_of_a_file_leaves_it_closed() throws IOException {
        String id = ended(FILES);

        given().head("/tasks/" + id + "/artifacts/dir/b.txt")
                .then()
                .statusCode(200)
                .header("Content-Length", equalTo("3"));

        assertThat(openFiles()).noneMatch(file -> file.contains(id) && file.endsWith("/b.txt"));
    }

    /** Of this process, which is the worker's too; what is closed meanwhile is not among them. */
    private static List<String> openFiles() throws IOException {
        List<String> open = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    open.add(Files.readSymbolicLink(descriptor).toString());
                } catch (NoSuchFileException _) {
                    // closed meanwhile
                }
            }
        }
        return open;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"link", "none", "dir", ".git/x", "..%2f..%2fworker.mv.db", "dir%2f..%2fa.txt", "%2fetc%2fpasswd"
            })
    void no_path_leads_anywhere_else(String path) {
        String id = ended(FILES);

        isProblem(given().urlEncodingEnabled(false).get("/tasks/" + id + "/artifacts/" + path), 404);
    }

    @Test
    void all_files_come_as_one_archive() throws IOException {
        String id = ended(FILES);

        Response response = given().get("/tasks/" + id + "/artifacts?format=tar.gz");

        response.then().statusCode(200).contentType("application/gzip");
        assertThat(unpacked(response.asByteArray())).isEqualTo(Map.of("a.txt", "one", "dir/b.txt", "two"));
    }

    @Test
    void a_task_that_left_nothing_has_an_empty_list_and_no_diff() {
        String id = ended("true");

        given().get("/tasks/" + id + "/artifacts").then().statusCode(200).body("artifacts.size()", equalTo(0));
        isProblem(given().get("/tasks/" + id + "/diff"), 409)
                .body("type", equalTo("urn:claudecluster:problem:no-workspace"));
    }

    @Test
    void a_follow_up_finds_the_session_and_the_files_of_the_task_before() {
        String first = ended(FILES);
        String session = given().get("/tasks/" + first).path("sessionId");

        String next = json(body("cat a.txt; printf more > more.txt; printf \\\" $resumed\\\"", ""))
                .post("/tasks/" + first + "/continue?wait=30s")
                .then()
                .statusCode(200)
                .header("Location", containsString("/tasks/"))
                .body("continues", equalTo(first))
                .body("status", equalTo("completed"))
                .body("sessionId", equalTo(session))
                .extract()
                .path("taskId");

        given().get("/tasks/" + next + "/output?format=text").then().body(equalTo("one " + session));
        given().get("/tasks/" + first + "/artifacts").then().body("artifacts.path", hasItems("a.txt", "more.txt"));
        given().get("/tasks/" + next + "/artifacts").then().body("artifacts.path", hasItems("a.txt", "more.txt"));
        String third = json(body("cat more.txt", ""))
                .post("/tasks/" + next + "/continue?wait=30s")
                .then()
                .body("continues", equalTo(next))
                .extract()
                .path("taskId");
        given().get("/tasks/" + third + "/output?format=text").then().body(equalTo("more"));
    }

    @Test
    void a_repeated_follow_up_is_one_task() {
        String first = ended("true");
        String key = UUID.randomUUID().toString();

        String once = followUp(first, key, "true", "?wait=30s");

        assertThat(followUp(first, key, "true", "")).isEqualTo(once);
        isProblem(json(body("true", "")).header("Idempotency-Key", key).post("/run"), 422);
    }

    @Test
    void a_follow_up_is_not_in_the_way_of_its_own_repetition() {
        String first = ended("true");
        String key = UUID.randomUUID().toString();

        String open = followUp(first, key, "sleep 600", "");

        assertThat(followUp(first, key, "sleep 600", "?wait=1s")).isEqualTo(open);
        isProblem(
                json(body("another", ""))
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .post("/tasks/" + first + "/continue"),
                409);
        cancel(open);
    }

    @Test
    void another_open_follow_up_is_not_in_the_way_of_a_repetition() {
        String first = ended("true");
        String key = UUID.randomUUID().toString();
        String done = followUp(first, key, "true", "?wait=30s");
        String open = followUp(first, UUID.randomUUID().toString(), "sleep 600", "");

        isProblem(json(body("true", "")).post("/tasks/" + first + "/continue"), 409)
                .body("detail", containsString(open));
        assertThat(followUp(first, key, "true", "?wait=1s")).isEqualTo(done);
        cancel(open);
    }

    private static String followUp(String first, String key, String prompt, String query) {
        return json(body(prompt, ""))
                .header("Idempotency-Key", key)
                .post("/tasks/" + first + "/continue" + query)
                .then()
                .statusCode(oneOf(200, 202))
                .extract()
                .path("taskId");
    }

    @Test
    void only_a_final_task_is_continued_and_by_one_at_a_time() {
        String first = submit("sleep 600", "");
        await().until(() -> status(first).equals("running"));
        isProblem(json(body("true", "")).post("/tasks/" + first + "/continue"), 409)
                .body("type", equalTo("urn:claudecluster:problem:not-final"));
        cancel(first);

        String next = json(body("sleep 600", ""))
                .post("/tasks/" + first + "/continue")
                .path("taskId");

        isProblem(json(body("true", "")).post("/tasks/" + first + "/continue"), 409)
                .body("detail", containsString(next));
        cancel(next);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"workerId\":\"x\"|workerId",
                "\"requireWorker\":true|requireWorker",
                "\"workingDirectory\":\"x\"|workingDirectory",
                "\"workspace\":{}|workspace",
                "\"claude\":{\"resumeSessionId\":\"x\"}|claude.resumeSessionId",
            })
    void what_is_taken_over_can_not_be_chosen(String row) {
        String id = ended("true");
        String[] cells = row.split("\\|", -1);

        isInvalid(json(body("true", "," + cells[0])).post("/tasks/" + id + "/continue"), cells[1]);
    }

    @Test
    void a_deleted_task_takes_its_files_with_it() {
        String id = ended(FILES);
        Path directory = ConfigProvider.getConfig()
                .getValue("worker.storage.data-dir", Path.class)
                .resolve("workspace")
                .resolve(id);
        assertThat(directory).exists();

        given().delete("/tasks/" + id).then().statusCode(204);

        assertThat(directory).doesNotExist();
        isProblem(given().get("/tasks/" + id + "/artifacts"), 404);
    }

    private static String ended(String script) {
        String id = submit(script, "");
        awaitEnd(id).then().body("status", equalTo("completed"));
        return id;
    }

    private static Map<String, String> unpacked(byte[] archive) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                files.put(entry.getName(), new String(tar.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return files;
    }
}
