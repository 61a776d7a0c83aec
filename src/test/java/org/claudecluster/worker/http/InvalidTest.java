package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.claudecluster.worker.http.Http.body;
import static org.claudecluster.worker.http.Http.isInvalid;
import static org.claudecluster.worker.http.Http.json;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each invalid field is named, with what is allowed. */
@QuarkusTest
class InvalidTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"prompt\":\"\"                                             | prompt                     | character",
                "\"prompt\":\" \\n\"                                         | prompt                     | white space",
                "\"prompt\":null                                             | prompt                     | character",
                "\"prompt\":7                                                | prompt                     | a string",
                "\"prompt\":\"a\\u0000b\"                                    | prompt                     | NUL",
                "\"prompt\":\"a\\ud800b\"                                    | prompt                     | surrogate",
                "\"prompt\":\"a\",\"metadata\":{\"x\":\"\\udc00\"}           | metadata.x                 | surrogate",
                "\"prompt\":\"a\",\"colour\":1                               | colour                     | known are",
                "\"prompt\":\"a\",\"claude\":{\"colour\":1}                  | claude.colour              | known are",
                "\"prompt\":\"a\",\"priority\":0                             | priority                   | 1 to 10",
                "\"prompt\":\"a\",\"priority\":11                            | priority                   | 1 to 10",
                "\"prompt\":\"a\",\"priority\":\"5\"                         | priority                   | whole number",
                "\"prompt\":\"a\",\"priority\":5.5                           | priority                   | whole number",
                "\"prompt\":\"a\",\"timeoutMs\":999                          | timeoutMs                  | 1000 to 86400000",
                "\"prompt\":\"a\",\"timeoutMs\":86400001                     | timeoutMs                  | 1000 to 86400000",
                "\"prompt\":\"a\",\"maxAttempts\":11                         | maxAttempts                | 1 to 10",
                "\"prompt\":\"a\",\"metadata\":[]                            | metadata                   | an object",
                "\"prompt\":\"a\",\"labels\":{\"a\":1}                       | labels.a                   | a string",
                "\"prompt\":\"a\",\"labels\":[]                              | labels                     | an object",
                "\"prompt\":\"a\",\"workerId\":\"\"                          | workerId                   | 1 to 200",
                "\"prompt\":\"a\",\"requireWorker\":true                     | requireWorker              | workerId",
                "\"prompt\":\"a\",\"notBefore\":\"tomorrow\"                 | notBefore                  | ISO 8601",
                "\"prompt\":\"a\",\"workingDirectory\":\"../x\"              | workingDirectory           | below the workspace root",
                "\"prompt\":\"a\",\"workingDirectory\":\"/etc\"              | workingDirectory           | below the workspace root",
                "\"prompt\":\"a\",\"workingDirectory\":\"a/../../x\"         | workingDirectory           | below the workspace root",
                "\"prompt\":\"a\",\"claude\":{\"settingSources\":[]}         | claude.settingSources      | 1 to 3 entries",
                "\"prompt\":\"a\",\"claude\":{\"settingSources\":[\"all\"]}  | claude.settingSources[0]   | user, project or local",
                "\"prompt\":\"a\",\"claude\":{\"maxTurns\":0}                | claude.maxTurns            | 1 to 10000",
                "\"prompt\":\"a\",\"claude\":{\"maxBudgetUsd\":0}            | claude.maxBudgetUsd        | more than 0",
                "\"prompt\":\"a\",\"claude\":{\"permissionMode\":\"yolo\"}   | claude.permissionMode      | dontAsk",
                "\"prompt\":\"a\",\"claude\":{\"resumeSessionId\":\"x\"}     | claude.resumeSessionId     | UUID",
                "\"prompt\":\"a\",\"claude\":{\"allowedTools\":[\"\"]}       | claude.allowedTools[0]     | blank",
                "\"prompt\":\"a\",\"claude\":{\"allowedTools\":\"Bash\"}     | claude.allowedTools        | an array",
                "\"prompt\":\"a\",\"claude\":{\"mcpConfig\":\"x\"}           | claude.mcpConfig           | an object",
                "\"prompt\":\"a\",\"workspace\":{} | workspace.git | url",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{}} | workspace.git.url | 1 to 2000",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"https://a b/c\"}} | workspace.git.url | white space",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"-uhttps://a/b\"}} | workspace.git.url | dash",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"ext::sh -c id\"}} | workspace.git.url | white space",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"ext::https://a/b\"}} | workspace.git.url | https:// or ssh://",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"file:///etc\"}} | workspace.git.url | https:// or ssh://",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"http://a/b\"}} | workspace.git.url | https:// or ssh://",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"/srv/repo\"}} | workspace.git.url | https:// or ssh://",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"git@a:b/c.git\"}} | workspace.git.url | ssh://user@host/path",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"https://me:pw@a/b\"}} | workspace.git.url | tokenSecretName",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"https://a/b\",\"ref\":\"-x\"}} | workspace.git.ref | dash",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"https://a/b\",\"ref\":\"a..b\"}} | workspace.git.ref | check-ref-format",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"https://a/b\",\"depth\":0}} | workspace.git.depth | 1 to 1000000",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"https://a/b\",\"tokenSecretName\":\"../k\"}} | workspace.git.tokenSecretName | secrets directory",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"https://a/b\"}},\"workingDirectory\":\"x\" | workspace.git | workingDirectory",
                "\"prompt\":\"a\",\"workspace\":{\"git\":{\"url\":\"https://a/b\",\"branch\":\"x\"}} | workspace.git.branch | known are",
            })
    void a_submit_names_the_field_and_what_it_may_be(String fields, String field, String message) {
        isInvalid(json("{" + fields + "}").post("/run"), field)
                .body("errors.message", hasItem(containsString(message)));
    }

    @Test
    void everything_that_is_wrong_is_told_at_once() {
        isInvalid(json("{\"priority\":0,\"timeoutMs\":1}").post("/run"), "prompt")
                .body("errors.field", hasItem("priority"))
                .body("errors.field", hasItem("timeoutMs"));
    }

    @Test
    void sizes_are_limited() {
        isInvalid(json(body("x".repeat(300 * 1024), "")).post("/run"), "prompt")
                .body("errors.message", hasItem(containsString("262144")));
        isInvalid(
                        json(body("a", ",\"metadata\":{\"x\":\"" + "y".repeat(17_000) + "\"}"))
                                .post("/run"),
                        "metadata")
                .body("errors.message", hasItem(containsString("16384")));
        isInvalid(
                json(body("a", ",\"claude\":{\"appendSystemPrompt\":\"" + "y".repeat(110_000) + "\"}"))
                        .post("/run"),
                "claude.appendSystemPrompt");
    }

    @Test
    void a_symbolic_link_does_not_lead_out_of_the_workspace() throws IOException {
        Path dataDir = ConfigProvider.getConfig().getValue("worker.storage.data-dir", Path.class);
        Path workspace = Files.createDirectories(dataDir.resolve("workspace"));
        String link = "link-" + UUID.randomUUID();
        Files.createSymbolicLink(workspace.resolve(link), Path.of("/usr"));

        isInvalid(json(body("a", ",\"workingDirectory\":\"" + link + "/lib\"")).post("/run"), "workingDirectory")
                .body("errors.message", hasItem(containsString("symbolic link")));
    }

    @ParameterizedTest
    @CsvSource({
        "/tasks?status=done, status",
        "/tasks?limit=0, limit",
        "/tasks?limit=501, limit",
        "/tasks?after=x, after",
        "/tasks?colour=red, colour",
        "/tasks/00000000-0000-7000-8000-000000000000?wait=1h, wait",
        "/tasks/00000000-0000-7000-8000-000000000000?wait=301s, wait",
    })
    void a_query_names_the_parameter(String path, String parameter) {
        isInvalid(given().get(path), parameter);
    }
}
