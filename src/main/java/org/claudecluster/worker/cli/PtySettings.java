package org.claudecluster.worker.cli;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.terminal.TerminalSize;

/**
 * Holds what the pseudo-terminal executor needs to know.
 *
 * @param cli a path, or a name to be found in PATH
 * @param environment the worker's own, of which tasks get an allow-listed part
 * @param extraEnvironment what the configuration gives to every task
 * @param state where HOME, the CLI's configuration and the tasks' temporary directories lie
 * @param unreadable directories that no prompt may pull into a request
 * @param verifyModel the model of a turn that tries a credential; the CLI's default where it is empty
 */
public record PtySettings(
        String cli,
        TerminalSize size,
        RunGrace grace,
        Map<String, String> environment,
        Map<String, String> extraEnvironment,
        Path state,
        Path workspaces,
        List<Path> unreadable,
        Optional<String> verifyModel) {

    public PtySettings {
        requireNonNull(cli, "cli");
        requireNonNull(size, "size");
        requireNonNull(grace, "grace");
        environment = Map.copyOf(environment);
        extraEnvironment = Map.copyOf(extraEnvironment);
        unreadable = List.copyOf(unreadable);
    }

    /** HOME of the worker's own calls, and of every task where they share one. */
    public Path home() {
        return state.resolve("home");
    }

    /** Where the CLI keeps what outlives a task. */
    public Path claudeDirectory() {
        return state.resolve("claude");
    }

    @Override
    public String toString() {
        return "PtySettings[cli=" + cli + "]";
    }
}
