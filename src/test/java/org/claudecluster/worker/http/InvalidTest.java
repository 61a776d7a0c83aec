package org.claudecluster.worker.http;

import static io.restassured.RestAssured.given;
import static org.claudecluster.worker.http.Http.body;
import static org.claudecluster.worker.http.Http.isInvalid;
import static org.claudecluster.worker.http.Http.json;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
                "\"prompt\":\"a\",\"claude\":{\"maxBudgetUsd\":0} | claude.maxBudgetUsd | 0.000001 to 1000000",
                "\"prompt\":\"a\",\"claude\":{\"maxBudgetUsd\":-1} | claude.maxBudgetUsd | 0.000001 to 1000000",
                "\"prompt\":\"a\",\"claude\":{\"maxBudgetUsd\":1e999999999} | claude.maxBudgetUsd | 0.000001 to 1000000",
                "\"prompt\":\"a\",\"claude\":{\"maxBudgetUsd\":1e-999999999} | claude.maxBudgetUsd | 0.000001 to 1000000",
                "\"prompt\":\"a\",\"claude\":{\"maxBudgetUsd\":0e-999999999} | claude.maxBudgetUsd | 0.000001 to 1000000",
                "\"prompt\":\"a\",\"claude\":{\"maxBudgetUsd\":1000000.01} | claude.maxBudgetUsd | 0.000001 to 1000000",
                "\"prompt\":\"a\",\"claude\":{\"maxBudgetUsd\":0.0000001} | claude.maxBudgetUsd | 0.000001 to 1000000",
                "\"prompt\":\"a\",\"claude\":{\"maxBudgetUsd\":1.000000000000000000001} | claude.maxBudgetUsd | 0.000001 to 1000000",
                "\"prompt\":\"a\",\"priority\":99999999999999999999 | priority | 1 to 10",
                "\"prompt\":\"a\",\"priority\":1e999999999 | priority | whole number",
                "\"prompt\":\"a\",\"timeoutMs\":99999999999999999999 | timeoutMs | 1000 to 86400000",
                "\"prompt\":\"a\",\"timeoutMs\":1e999999999 | timeoutMs | whole number",
                "\"prompt\":\"a\",\"maxAttempts\":99999999999999999999 | maxAttempts | 1 to 10",
                "\"prompt\":\"a\",\"maxAttempts\":1e999999999 | maxAttempts | whole number",
                "\"prompt\":\"a\",\"claude\":{\"maxTurns\":2147483648} | claude.maxTurns | 1 to 10000",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":{\"factor\":1.000000000000000000001}} | retry.backoff.factor | 20 digits",
                "\"prompt\":\"a\",\"metadata\":{\"a\":[0,{\"b\":1e999999999}]} | metadata.a[1].b | 1e308",
                "\"prompt\":\"a\",\"metadata\":{\"a\":[0,{\"b\":-1e-999999999}]} | metadata.a[1].b | 1e308",
                "\"prompt\":\"a\",\"metadata\":{\"a\":[0,{\"b\":1e309}]} | metadata.a[1].b | 1e308",
                "\"prompt\":\"a\",\"claude\":{\"mcpConfig\":{\"a\":[0,{\"b\":1e999999999}]}} | claude.mcpConfig.a[1].b | 1e308",
                "\"prompt\":\"a\",\"claude\":{\"mcpConfig\":{\"a\":[0,{\"b\":-1e-999999999}]}} | claude.mcpConfig.a[1].b | 1e308",
                "\"prompt\":\"a\",\"claude\":{\"mcpConfig\":{\"a\":[0,{\"b\":1e309}]}} | claude.mcpConfig.a[1].b | 1e308",
                "\"prompt\":\"a\",\"claude\":{\"jsonSchema\":{\"a\":[0,{\"b\":1e999999999}]}} | claude.jsonSchema.a[1].b | 1e308",
                "\"prompt\":\"a\",\"claude\":{\"jsonSchema\":{\"a\":[0,{\"b\":-1e-999999999}]}} | claude.jsonSchema.a[1].b | 1e308",
                "\"prompt\":\"a\",\"claude\":{\"jsonSchema\":{\"a\":[0,{\"b\":1e309}]}} | claude.jsonSchema.a[1].b | 1e308",
                "\"prompt\":\"a\",\"claude\":{\"permissionMode\":\"yolo\"}   | claude.permissionMode      | dontAsk",
                "\"prompt\":\"a\",\"claude\":{\"resumeSessionId\":\"x\"}     | claude.resumeSessionId     | UUID",
                "\"prompt\":\"a\",\"claude\":{\"allowedTools\":[\"\"]}       | claude.allowedTools[0]     | blank",
                "\"prompt\":\"a\",\"claude\":{\"allowedTools\":\"Bash\"}     | claude.allowedTools        | an array",
                "\"prompt\":\"a\",\"claude\":{\"mcpConfig\":\"x\"}           | claude.mcpConfig           | an object",
                "\"prompt\":\"a\",\"retry\":{\"on\":[\"overloaded\",\"bad_luck\"]} | retry.on[1] | one of exit_nonzero",
                "\"prompt\":\"a\",\"retry\":{\"on\":[\"cancelled\"]} | retry.on[0] | overloaded",
                "\"prompt\":\"a\",\"retry\":{\"on\":[\"OVERLOADED\"]} | retry.on[0] | overloaded",
                "\"prompt\":\"a\",\"retry\":{\"on\":[null]} | retry.on[0] | overloaded",
                "\"prompt\":\"a\",\"retry\":{\"on\":\"overloaded\"} | retry.on | an array",
                "\"prompt\":\"a\",\"retry\":[] | retry | an object",
                "\"prompt\":\"a\",\"retry\":{\"times\":2} | retry.times | known are: backoff, maxAttempts, on",
                "\"prompt\":\"a\",\"retry\":{\"maxAttempts\":0} | retry.maxAttempts | 1 to 10",
                "\"prompt\":\"a\",\"retry\":{\"maxAttempts\":11} | retry.maxAttempts | 1 to 10",
                "\"prompt\":\"a\",\"maxAttempts\":2,\"retry\":{\"maxAttempts\":2} | maxAttempts | leave one of them out",
                "\"prompt\":\"a\",\"maxAttempts\":2,\"retry\":{\"maxAttempts\":2} | retry.maxAttempts | leave one of them out",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":5} | retry.backoff | an object",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":{\"initialMs\":0}} | retry.backoff.initialMs | 1 to 3600000",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":{\"initialMs\":3600001}} | retry.backoff.initialMs | 1 to 3600000",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":{\"initialMs\":1e999999999}} | retry.backoff.initialMs | whole number",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":{\"maxMs\":86400001}} | retry.backoff.maxMs | 1 to 86400000",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":{\"initialMs\":10,\"maxMs\":9}} | retry.backoff.maxMs | at least initialMs",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":{\"maxMs\":4999}} | retry.backoff.maxMs | 5000",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":{\"factor\":0.99}} | retry.backoff.factor | 1 to 10",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":{\"factor\":1e999999999}} | retry.backoff.factor | 1 to 10",
                "\"prompt\":\"a\",\"retry\":{\"backoff\":{\"factor\":1e-999999999}} | retry.backoff.factor | 1 to 10",
                "\"prompt\":\"a\",\"claude\":{\"fallbackModel\":\"\"} | claude.fallbackModel | 1 to 200",
                "\"prompt\":\"a\",\"claude\":{\"model\":\"opus\",\"fallbackModel\":\"opus\"} | claude.fallbackModel | another than claude.model",
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
    void of_many_errors_the_first_are_told() {
        String labels = IntStream.range(0, 64)
                .mapToObj(number -> "\"label-%d\":\"%s\"".formatted(number, "v".repeat(256)))
                .collect(Collectors.joining(","));
        isInvalid(json(body("a", ",\"labels\":{" + labels + "}")).post("/run"), "labels[label-0]")
                .body("errors.field", hasSize(50))
                .body("detail", containsString(", and 14 more"));
    }

    @Test
    void of_too_many_values_none_is_looked_at() {
        isInvalid(
                        json(body("a", ",\"retry\":{\"on\":[" + "\"?\",".repeat(40) + "\"?\"]}"))
                                .post("/run"),
                        "retry.on")
                .body("errors.field", hasSize(1));
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

    /** What the kernel takes as one argument is counted in bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"allowedTools", "disallowedTools"})
    void all_rules_of_a_list_fit_into_one_argument(String field) {
        String rules = Stream.generate(() -> '"' + "\u20ac".repeat(490) + '"')
                .limit(200)
                .collect(Collectors.joining(","));
        isInvalid(
                        json(body("a", ",\"claude\":{\"" + field + "\":[" + rules + "]}"))
                                .post("/run"),
                        "claude." + field)
                .body("errors.message", hasItem(containsString("102400 bytes of UTF-8 (100 KiB), has 294199")));
    }

    @Test
    void each_text_may_fill_its_bound() {
        String text = "\u20ac".repeat(34_000);
        String rules =
                Stream.generate(() -> '"' + "r".repeat(500) + '"').limit(200).collect(Collectors.joining(","));
        String id = json(body(
                        Http.QUICK,
                        ",\"claude\":{\"appendSystemPrompt\":\"%s\",\"mcpConfig\":{\"a\":\"%s\"},\"allowedTools\":[%s]}"
                                .formatted(text, text, rules)))
                .post("/run")
                .then()
                .statusCode(202)
                .extract()
                .path("taskId");
        Http.awaitEnd(id).then().body("status", equalTo("completed"));
    }

    /** A control character takes six in the store, where metadata, labels and options are one JSON text. */
    @Test
    void what_is_stored_together_fits_together() {
        String text = "\\u0001".repeat(100_000);
        isInvalid(
                        json(body(
                                        "a",
                                        ",\"claude\":{\"appendSystemPrompt\":\"%s\",\"mcpConfig\":{\"a\":\"%s\"},\"jsonSchema\":{\"a\":\"%s\"},\"allowedTools\":[%s]}"
                                                .formatted(
                                                        text,
                                                        "\\\\".repeat(25_000),
                                                        "\\\\".repeat(25_000),
                                                        Stream.generate(() -> '"' + "\\u0001".repeat(500) + '"')
                                                                .limit(200)
                                                                .collect(Collectors.joining(",")))))
                                .post("/run"),
                        "claude")
                .body("errors.message", hasItem(containsString("at most 1000000")));
    }

    /** 2 MB that took 30 s of a core: the path of each zero was rendered. */
    @Test
    void deep_names_around_many_values_are_refused_at_once() {
        String names = ("{\"" + "n".repeat(45_000) + "\":").repeat(18);
        isInvalid(
                json(body("a", ",\"metadata\":" + names + "[" + "0,".repeat(400_000) + "0]" + "}".repeat(18)))
                        .post("/run"),
                "metadata");
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
        "/tasks?workerId=a%00b, workerId",
        "/tasks?label.a=%00, label.a",
        "/tasks?limit=1e9, limit",
        "/tasks/00000000-0000-7000-8000-000000000000?wait=1h, wait",
        "/tasks/00000000-0000-7000-8000-000000000000?wait=301s, wait",
    })
    void a_query_names_the_parameter(String path, String parameter) {
        isInvalid(given().urlEncodingEnabled(false).get(path), parameter);
    }
}
