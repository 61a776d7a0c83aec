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
 * @param verifyModel the model of a turn that tries a credential; the CLI's default where it is empty
 */
public record PtySettings(
        String cli,
        TerminalSize size,
        RunGrace grace,
        Variables variables,
        Directories directories,
        Optional<String> verifyModel) {

    /**
     * Holds the environment of tasks.
     *
     * @param own the worker's own, of which tasks get an allow-listed part
     * @param everyTask what the configuration gives to every task
     */
    public record Variables(Map<String, String> own, Map<String, String> everyTask) {
        public Variables {
            own = Map.copyOf(own);
            everyTask = Map.copyOf(everyTask);
        }

        /** Without values, which may be secrets. */
        @Override
        public String toString() {
            return "Variables" + everyTask.keySet();
        }
    }

    /**
     * Holds where things lie.
     *
     * @param state where HOME, the CLI's configuration and the tasks' temporary directories lie
     * @param unreadable directories that no prompt may pull into a request
     */
    public record Directories(Path state, Path workspaces, List<Path> unreadable) {
        public Directories {
            requireNonNull(state, "state");
            requireNonNull(workspaces, "workspaces");
            unreadable = List.copyOf(unreadable);
        }
    }

    public PtySettings {
        requireNonNull(cli, "cli");
        requireNonNull(size, "size");
        requireNonNull(grace, "grace");
        requireNonNull(variables, "variables");
        requireNonNull(directories, "directories");
    }

    /** The worker's own variables. */
    public Map<String, String> environment() {
        return variables.own();
    }

    /** The variables that the configuration gives to every task. */
    public Map<String, String> extraEnvironment() {
        return variables.everyTask();
    }

    public Path state() {
        return directories.state();
    }

    public Path workspaces() {
        return directories.workspaces();
    }

    public List<Path> unreadable() {
        return directories.unreadable();
    }

    /** HOME of the worker's own calls, and of every task where they share one. */
    public Path home() {
        return state().resolve("home");
    }

    /** Where the CLI keeps what outlives a task. */
    public Path claudeDirectory() {
        return state().resolve("claude");
    }

    @Override
    public String toString() {
        return "PtySettings[cli=" + cli + "]";
    }
}
