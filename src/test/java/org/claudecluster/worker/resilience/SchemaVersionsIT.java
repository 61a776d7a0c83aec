package org.claudecluster.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.claudecluster.worker.e2e.Api;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A newer version has changed the schema while workers of this version still run, as in a rolling update. */
class SchemaVersionsIT {

    @TempDir
    Path home;

    @Test
    void workers_go_on_and_can_be_started_on_the_schema_of_the_next_version() throws Exception {
        try (Cluster cluster = new Cluster(home).withShell()) {
            Path go = home.resolve("go");
            Replica before = cluster.replica("before").start();
            String running = before.api().submit(only("before", Scripts.printingAndWaitingFor("at work", go)));
            String waiting = before.api().submit(only("after", "echo later"));
            cluster.awaitFlushed(running, "at work");

            migrateToTheNextVersion(cluster.database());
            Replica after = cluster.replica("after").start();
            String unwanted = after.api().submit(only("before", Scripts.printingAndIgnoringAllButKill("unwanted")));
            cluster.awaitFlushed(unwanted, "unwanted");
            after.api().post("/tasks/" + unwanted + "/cancel", "");
            Files.createFile(go);

            assertThat(List.of(running, waiting, unwanted))
                    .map(task -> after.api().awaitEnd(task).path("status").asText())
                    .containsExactly("completed", "completed", "cancelled");
            assertThat(after.api().output(running)).isEqualTo("at work\r\ndone\r\n");
            assertThat(before.api().output(waiting)).isEqualTo("later\r\n");
        }
    }

    private static void migrateToTheNextVersion(Database database) {
        Flyway.configure()
                .dataSource(database.url(), "postgres", "")
                .locations("classpath:db/migration", "classpath:db/postgresql", "classpath:db/next")
                .load()
                .migrate();
    }

    private static ObjectNode only(String worker, String script) {
        return Api.body(script).put("workerId", worker).put("requireWorker", true);
    }
}
