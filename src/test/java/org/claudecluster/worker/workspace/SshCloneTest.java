package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.workspace.WorkerHome.cloning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.workspace.TaskWorkspaces.Prepared;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real clones over ssh. Whatever is wrong, nobody is asked, so nothing waits. */
@Timeout(30)
class SshCloneTest {

    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", SshServer.path());

    @TempDir
    static Path served;

    @TempDir
    Path home;

    private static @Nullable SshServer shared;

    private SshServer server;

    /** Before each test and not before all, where a test that is left out would not be told in the report. */
    @BeforeEach
    void serve() throws IOException {
        SshServer started = shared;
        if (started == null) {
            started = SshServer.in(served);
            shared = started;
        }
        server = started;
    }

    @AfterAll
    static void stopServing() {
        if (shared != null) {
            shared.close();
        }
    }

    @Test
    void a_key_and_the_known_host_are_all_it_takes() throws Exception {
        WorkerHome worker = workerWith(server.key(), server.knownHosts());
        Task task = task();

        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());

        assertThat(worker.workspaces().start(task)).contains(server.commit("main"));
        assertThat(worker.directory(task).resolve("README.md")).hasContent("two");
        assertThat(WorkerHome.processesOf(task)).isZero();
    }

    @Test
    void a_host_that_is_not_known_is_told_as_such() throws Exception {
        workerWith(server.key(), server.noHosts())
                .assertFails(task(), "No ECDSA host key is known for [127.0.0.1]", "Host key verification failed");
    }

    @Test
    void a_host_with_another_key_than_the_known_one_is_told_as_such() throws Exception {
        workerWith(server.key(), server.wrongHosts())
                .assertFails(task(), "Host key for [127.0.0.1]", "has changed", "Host key verification failed");
    }

    @Test
    void a_key_that_the_server_refuses_is_told_as_such() throws Exception {
        workerWith(server.strangersKey(), server.knownHosts()).assertFails(task(), "Permission denied (publickey)");
    }

    @Test
    void a_key_that_is_not_there_is_named() throws Exception {
        workerWith(home.resolve("absent"), server.knownHosts())
                .assertFails(task(), home.resolve("absent").toString(), "Permission denied (publickey)");
    }

    @Test
    void files_in_a_directory_with_a_space_are_found() throws Exception {
        Path directory = Files.createDirectories(home.resolve("my keys"));
        Path key = Files.copy(server.key(), directory.resolve("id"), StandardCopyOption.COPY_ATTRIBUTES);
        Path hosts = Files.copy(server.knownHosts(), directory.resolve("known hosts"));

        assertThat(workerWith(key, hosts).prepare(task())).isEqualTo(new Prepared.Ready());
    }

    @Test
    void without_files_of_its_own_it_is_the_user_and_still_asks_nobody() throws Exception {
        Path program = SshProgram.write(home, new SshProgram.Identity(Optional.empty(), Optional.empty()), ENVIRONMENT)
                .orElseThrow();

        assertThat(SampleRepository.run(home, program.toString(), "-G", "127.0.0.1")
                        .lines())
                .contains("batchmode yes", "stricthostkeychecking true", "identitiesonly no")
                .anyMatch(line -> line.matches("userknownhostsfile .*/\\.ssh/known_hosts .*"));
    }

    private WorkerHome workerWith(Path key, Path knownHosts) throws IOException {
        SshProgram.Identity identity = new SshProgram.Identity(Optional.of(key), Optional.of(knownHosts));
        return WorkerHome.in(home, new Git(ENVIRONMENT, SshProgram.write(home, identity, ENVIRONMENT)));
    }

    private Task task() {
        return cloning(new GitSource(server.url(), Optional.of("main"), Optional.of(1), Optional.empty()));
    }
}
