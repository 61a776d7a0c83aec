package org.claudecluster.worker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.e2e.Api;

/** A worker in a container. Closing it removes it with its volumes. */
final class Container implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(2);

    private final String id;
    private final int port;
    private final Api api;

    Container(String id, int port) {
        this.id = id;
        this.port = port;
        this.api = new Api(port);
    }

    Api api() {
        return api;
    }

    /** Its API for whoever has this key; to be closed. */
    Api apiWith(String key) {
        return new Api(port, Optional.of(key));
    }

    void awaitReady() {
        await().atMost(READY)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> !inspect("{{.State.Running}}").equals("true") || api.isReady());
        assertThat(inspect("{{.State.Running}}")).as(this::log).isEqualTo("true");
    }

    /** One value of what the engine knows, by a template such as {@code {{.State.Running}}}. */
    String inspect(String template) {
        return Docker.run("inspect", "--format", template, id);
    }

    Instant startedAt() {
        return Instant.parse(inspect("{{.State.StartedAt}}"));
    }

    /** Runs a program inside and answers what it printed. */
    String exec(String... words) {
        return Docker.run(inside(words));
    }

    Docker.Answer tryExec(String... words) {
        return Docker.tried(inside(words));
    }

    private String[] inside(String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "exec";
        all[1] = id;
        System.arraycopy(words, 0, all, 2, words.length);
        return all;
    }

    /** Everything that runs inside, a line each: state and command line. */
    List<String> processes() {
        return exec("ps", "-eo", "stat=,args=").lines().map(String::strip).toList();
    }

    /** All that it has written to stdout and stderr. */
    String log() {
        return Docker.run("logs", id);
    }

    /** SIGTERM, and after a minute and a half SIGKILL; answers the exit code. */
    int stop() {
        Docker.run("stop", "--time", "90", id);
        return Integer.parseInt(inspect("{{.State.ExitCode}}"));
    }

    @Override
    public void close() {
        api.close();
        Docker.run("rm", "--force", "--volumes", id);
    }
}
