package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A packaged worker as a process of its own. Closing it ends it and holds that nothing of its tasks is left. */
public final class WorkerProcess implements AutoCloseable {

    private static final Duration READY = Duration.ofSeconds(60);
    private static final int END_SECONDS = 30;

    private final Process process;
    private final boolean wrapped;
    private final Path log;
    private final Api api;

    /**
     * The worker as a process.
     *
     * @param wrapped whether the worker is the only child of the process, and not the process itself
     */
    WorkerProcess(Process process, boolean wrapped, int port, Path log) {
        this.process = process;
        this.wrapped = wrapped;
        this.log = log;
        this.api = new Api(port);
    }

    public void awaitReady() {
        await(api::isReady);
    }

    public void awaitLive() {
        await(api::isLive);
    }

    private void await(Callable<Boolean> up) {
        try {
            Awaitility.await()
                    .atMost(READY)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> !process.isAlive() || up.call());
            assertThat(process.isAlive()).as(this::log).isTrue();
        } catch (RuntimeException | AssertionError e) {
            process.destroyForcibly();
            throw e;
        }
    }

    public Api api() {
        return api;
    }

    /** All that it has written to stdout and stderr. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** kill -9, as a machine that runs out of memory does it. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    /** Ends it at once, whatever it does; nothing happens when it has ended. */
    public void destroy() {
        process.destroyForcibly();
    }

    /** Sends a signal such as {@code STOP} and returns when it is sent. */
    public void signal(String name) throws IOException, InterruptedException {
        Process sent = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid()).start();
        assertThat(sent.waitFor()).as("kill -%s", name).isZero();
    }

    /** Of the worker itself. */
    public long pid() {
        return worker().pid();
    }

    private ProcessHandle worker() {
        return wrapped ? process.children().findFirst().orElse(process.toHandle()) : process.toHandle();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM; answers the exit code. */
    public int terminate(Duration atMost) throws InterruptedException {
        worker().destroy();
        return awaitExit(atMost);
    }

    /** Waits for an end that was asked for before; answers the exit code. */
    public int awaitExit(Duration atMost) throws InterruptedException {
        assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS))
                .as("ended within %s:\n%s", atMost, log())
                .isTrue();
        return process.exitValue();
    }

    /** Pseudo-terminals that it holds open. */
    public long openTerminals() {
        return Machine.terminalsOf(pid());
    }

    @Override
    public void close() {
        try {
            if (process.isAlive() && api.activeTasks() == 0) {
                Awaitility.await("no terminal is open without a task")
                        .atMost(Duration.ofSeconds(5))
                        .until(() -> openTerminals() == 0);
            }
            worker().destroy();
            assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS))
                    .as("ended after SIGTERM:\n%s", log())
                    .isTrue();
            assertThat(Machine.processesOf(api.accepted()))
                    .as("processes that tasks left")
                    .isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
            api.close();
        }
    }
}
