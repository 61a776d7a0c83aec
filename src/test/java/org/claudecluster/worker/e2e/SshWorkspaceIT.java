package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.claudecluster.worker.workspace.SshServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task in a clone over ssh, with the two files that the settings name. */
class SshWorkspaceIT {

    @TempDir
    Path home;

    @Test
    void an_unknown_host_fails_the_task_and_once_it_is_known_the_next_one_runs_in_its_clone() throws Exception {
        Path hosts = Files.writeString(home.resolve("known_hosts"), "");
        try (SshServer server = SshServer.in(Files.createDirectories(home.resolve("repositories")));
                WorkerProcess worker = WorkerSetup.in(home)
                        .withCli(WorkerSetup.shellCli(home))
                        .with("PATH", SshServer.path())
                        .with("WORKER_WORKSPACE_SSH_KEY", server.key().toString())
                        .with("WORKER_WORKSPACE_SSH_KNOWN_HOSTS", hosts.toString())
                        .start()) {
            ObjectNode body = Api.body("cat README.md");
            body.putObject("workspace").putObject("git").put("url", server.url());

            JsonNode refused = worker.api().awaitEnd(worker.api().submit(body));
            Files.copy(server.knownHosts(), hosts, StandardCopyOption.REPLACE_EXISTING);
            JsonNode done = worker.api().awaitEnd(worker.api().submit(body));

            assertThat(refused.path("outcome").path("reason").asText()).isEqualTo("workspace_failed");
            assertThat(refused.path("outcome").path("message").asText()).contains("Host key verification failed");
            assertThat(done.path("status").asText()).as(done::toPrettyString).isEqualTo("completed");
            assertThat(worker.api().output(done.path("taskId").asText()))
                    .contains(server.commit("main"), "two")
                    .doesNotContain("PRIVATE KEY");
        }
    }
}
