package org.claudecluster.worker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Locale;

/** Configures the executor of tasks. */
@ConfigMapping(prefix = "worker.executor")
public interface ExecutorConfig {

    /** {@code auto}: the CLI where it answers, else the stub; or an executor by its name. {@code EXECUTOR_TYPE}. */
    @WithDefault("auto")
    Type type();

    /** The Claude Code CLI: a path, or a name to be found in PATH. {@code CLAUDE_CLI_PATH}. */
    @WithDefault("claude")
    String cliPath();

    /** Who opens pseudo-terminals: {@code auto}, {@code ffm} (Linux with glibc) or {@code pty4j}. */
    @WithDefault("auto")
    Launcher launcher();

    /**
     * {@code auto}: a cgroup (version 2) for each task, where the worker may make them and they come with a controller
     * for memory or pids. {@code on}: wherever it may make them. {@code off}: none.
     */
    @WithDefault("auto")
    Cgroup cgroup();

    /**
     * Whether other processes of the worker's user, and so its tasks, may read its environment and memory, as a debugger
     * or a profiler from outside has to. For looking for a fault, never where tasks are not trusted.
     */
    @WithDefault("false")
    @WithConverter(TrueOrFalse.class)
    boolean debuggable();

    Terminal terminal();

    Grace grace();

    /** The name of an executor, or {@code auto}; which there are, only the executors themselves know. */
    record Type(String name) {

        public static final Type AUTO = new Type("auto");

        /** In lower case, since a setting with fixed words may be written either way. */
        public Type {
            name = name.strip().toLowerCase(Locale.ROOT);
        }
    }

    /** The launchers. */
    enum Launcher {
        AUTO,
        FFM,
        PTY4J
    }

    /** Says whether tasks get cgroups. */
    enum Cgroup {
        AUTO,
        ON,
        OFF
    }

    /** The size of every terminal. */
    interface Terminal {
        /** {@code PTY_TERMINAL_COLS}. */
        @WithDefault("80")
        @WholeNumber(from = 1, to = 1000)
        int cols();

        /** {@code PTY_TERMINAL_ROWS}. */
        @WithDefault("24")
        @WholeNumber(from = 1, to = 1000)
        int rows();
    }

    /** How a run is ended. */
    interface Grace {
        /** From SIGINT, after which the CLI still reports usage, to SIGTERM. */
        @WithDefault("3s")
        Duration interrupt();

        /** From the SIGINT of {@code POST /tasks/{id}/interrupt} to the end of the whole tree. */
        @WithDefault("30s")
        Duration soft();

        /** From SIGTERM to SIGKILL of the whole tree. */
        @WithDefault("2s")
        Duration terminate();
    }
}
