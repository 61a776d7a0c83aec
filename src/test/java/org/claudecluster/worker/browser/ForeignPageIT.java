package org.claudecluster.worker.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.claudecluster.worker.e2e.Api;
import org.claudecluster.worker.e2e.WorkerProcess;
import org.claudecluster.worker.e2e.WorkerSetup;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real browser shows a page of somebody else, which tries all that a page can against the worker beside it. */
@Timeout(180)
class ForeignPageIT {

    private static final String SITE = "site.example";
    private static final int REPORT_SECONDS = 60;
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

    @TempDir
    Path home;

    private WorkerSetup setup;

    @BeforeEach
    void layOut() {
        setup = WorkerSetup.in(home).with("EXECUTOR_TYPE", "stub");
    }

    @Test
    void a_page_of_another_origin_submits_nothing_reads_nothing_and_changes_nothing() throws Exception {
        try (WorkerProcess worker = setup.start()) {
            String task = worker.api().submit("#stub\nprint secret\nsleep 600000");
            String address = "http://127.0.0.1:" + setup.port();

            JsonNode report = visit(new ForeignSite(address, task, setup.port()));

            assertRefused(report);
            assertUntouched(worker, task);
        }
    }

    @Test
    void a_page_whose_name_leads_to_the_worker_since_it_was_loaded_is_refused_as_well() throws Exception {
        try (WorkerProcess worker = setup.start()) {
            String task = worker.api().submit("#stub\nprint secret\nsleep 600000");

            JsonNode report = visit(new ForeignSite("", task, setup.port()));

            assertThat(report.path("cors").asText()).as("%s", report).startsWith("basic 403");
            assertThat(report.path("list").asText()).as("%s", report).startsWith("basic 403");
            assertThat(report.path("delete").asText()).as("%s", report).startsWith("basic 403");
            assertUntouched(worker, task);
        }
    }

    /** Without it the others would say nothing: the same page, where the worker takes the site's name for its own. */
    @Test
    void the_page_does_all_of_it_where_it_may() throws Exception {
        setup.with("WORKER_ACCESS_HOSTS", SITE);
        try (WorkerProcess worker = setup.start()) {
            String task = worker.api().submit("#stub\nprint secret\nsleep 600000");

            JsonNode report = visit(new ForeignSite("", task, setup.port()));

            assertThat(report.path("cors").asText()).as("%s", report).startsWith("basic 202");
            assertThat(report.path("list").asText()).as("%s", report).startsWith("basic 200");
            assertThat(worker.api().allTaskIds()).hasSizeGreaterThan(1);
            assertThat(worker.api().task(task).path("cancelRequested").asBoolean())
                    .isTrue();
        }
    }

    private static void assertRefused(JsonNode report) {
        assertThat(report.properties()).as("%s", report).hasSizeGreaterThan(15);
        assertThat(report.properties()).allSatisfy(told -> {
            String text = told.getValue().asText();
            // An opaque answer tells a page nothing, and a beacon is told of as soon as it waits to be sent.
            boolean isNothing = text.startsWith("refused")
                    || text.equals("opaque 0 0")
                    || (told.getKey().equals("beacon") && text.equals("true"));
            assertThat(isNothing).as("%s: %s", told.getKey(), text).isTrue();
        });
    }

    private static void assertUntouched(WorkerProcess worker, String task) {
        assertThat(worker.api().allTaskIds()).containsExactly(task);
        JsonNode now = worker.api().task(task);
        assertThat(now.path("status").asText()).isEqualTo("running");
        assertThat(now.path("cancelRequested").asBoolean()).isFalse();
        assertThat(Api.json(worker.api().get("/pty/status"))
                        .path("streamingType")
                        .asText())
                .isEqualTo("sse");
        assertThat(worker.api().post("/tasks/" + task + "/cancel", "").statusCode())
                .isEqualTo(202);
    }

    private JsonNode visit(ForeignSite opened) throws IOException, InterruptedException {
        try (ForeignSite site = opened) {
            Process browser = new ProcessBuilder(
                            browser(),
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                            "--user-data-dir=" + home.resolve("browser"),
                            "--host-resolver-rules=MAP " + SITE + " 127.0.0.1",
                            "--remote-debugging-port=0",
                            "http://" + SITE + ":" + site.port() + "/page")
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("browser.log").toFile())
                    .start();
            try {
                return site.report().orTimeout(REPORT_SECONDS, TimeUnit.SECONDS).join();
            } finally {
                browser.descendants().forEach(ProcessHandle::destroyForcibly);
                browser.destroyForcibly().waitFor();
            }
        }
    }

    private static String browser() {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no browser: install one of " + NAMES));
    }
}
