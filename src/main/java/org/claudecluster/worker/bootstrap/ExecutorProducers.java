package org.claudecluster.worker.bootstrap;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.claudecluster.worker.api.ArgumentRoom;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.cli.PtySettings;
import org.claudecluster.worker.cli.RunGrace;
import org.claudecluster.worker.config.AuthConfig;
import org.claudecluster.worker.config.ExecutorConfig;
import org.claudecluster.worker.config.StorageConfig;
import org.claudecluster.worker.config.TaskVariables;
import org.claudecluster.worker.config.TranscriptConfig;
import org.claudecluster.worker.config.WatchdogConfig;
import org.claudecluster.worker.config.WorkerConfig;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.Fallback;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.process.CgroupUse;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.Grace;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.terminal.ArgumentSpace;
import org.claudecluster.worker.terminal.PtyLauncher;
import org.claudecluster.worker.terminal.PtyLaunchers;
import org.claudecluster.worker.terminal.TerminalSize;
import org.claudecluster.worker.watchdog.WatchSettings;
import org.claudecluster.worker.watchdog.Watchdog;
import org.claudecluster.worker.workspace.GitIdentity;
import org.eclipse.microprofile.config.Config;

/** Puts together what runs tasks. */
@ApplicationScoped
class ExecutorProducers {

    private static final String TYPE_ENV = "EXECUTOR_TYPE";
    private static final String TYPE_KEY = "worker.executor.type";

    @Produces
    @Singleton
    Watchdog watchdog(
            WatchdogConfig watchdog, WorkerConfig worker, TranscriptConfig transcript, TaskObserver observer) {
        WorkerConfig.Task task = worker.task();
        try {
            return new Watchdog(
                    new WatchSettings(
                            watchdog.firstByte(),
                            watchdog.noOutput(),
                            watchdog.lingering(),
                            watchdog.prompt(),
                            task.memory().asLongValue(),
                            task.processes(),
                            task.disk().asLongValue(),
                            transcript.atCap() == TranscriptConfig.AtCap.FAIL),
                    observer,
                    System::nanoTime);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("worker.watchdog.*, worker.task.*: " + e.getMessage());
        }
    }

    @Produces
    @Singleton
    Containment containment(ExecutorConfig executor, StorageConfig storage) {
        return new Containment(
                ChildEnvironment.RUN_MARKER,
                WorkerPaths.cliState(storage).resolve("runs"),
                switch (executor.cgroup()) {
                    case AUTO -> CgroupUse.WITH_CONTROLLERS;
                    case ON -> CgroupUse.ALWAYS;
                    case OFF -> CgroupUse.NEVER;
                });
    }

    @Produces
    @Singleton
    TaskVariables taskVariables(Config config) {
        try {
            TaskVariables variables = TaskVariables.of(config);
            ArgumentSpace.current().problem(variables.values()).ifPresent(why -> {
                throw new InvalidSettingException("worker.task.env.*: " + why);
            });
            return variables;
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(String.valueOf(e.getMessage()));
        }
    }

    /** A shared queue's tasks may run elsewhere. */
    @Produces
    @Singleton
    ArgumentRoom argumentRoom(TaskVariables variables, Database database) {
        return database.isShared()
                ? ArgumentRoom.UNKNOWN
                : new ArgumentRoom(ArgumentSpace.current().beside(variables.values()));
    }

    /** The variables that every task gets. */
    private static Map<String, String> environment(
            StorageConfig storage, WorkerConfig worker, TaskVariables variables) {
        WorkerConfig.Workspace workspace = worker.workspace();
        Map<String, String> all = new HashMap<>(variables.values());
        try {
            GitIdentity identity = new GitIdentity(workspace.gitUserName(), workspace.gitUserEmail());
            all.putAll(identity.write(WorkerPaths.cliState(storage).resolve("gitconfig"), variables.values()));
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("worker.workspace." + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("the data directory can't be prepared", e);
        }
        return all;
    }

    @Produces
    @Singleton
    ExecutorStrategy.Settings strategySettings(
            ExecutorConfig executor, StorageConfig storage, Database database, @Any Instance<TaskExecutor> executors) {
        Fallback fallback = database.isShared()
                ? Fallback.ofSharedQueue()
                : Fallback.ofOwnQueue(WorkerPaths.cliState(storage).resolve("auto-waits-for-the-cli"));
        return new ExecutorStrategy.Settings(
                requested(executor.type().name(), ExecutorStrategy.names(executors)), fallback);
    }

    /** The executor of this name, of which there must be one. */
    static ExecutorType requested(String name, List<String> names) {
        return ExecutorType.ofWire(name)
                .filter(type -> names.contains(type.wire()))
                .orElseThrow(() -> new InvalidSettingException("%s=%s is not allowed: one of %s"
                        .formatted(
                                name.equals(System.getenv(TYPE_ENV)) ? TYPE_ENV : TYPE_KEY,
                                name,
                                String.join(", ", names))));
    }

    @Produces
    @Singleton
    PtyLauncher launcher(ExecutorConfig executor) {
        return switch (executor.launcher()) {
            case AUTO -> PtyLaunchers.best();
            case FFM -> PtyLaunchers.ffm();
            case PTY4J -> PtyLaunchers.pty4j();
        };
    }

    @Produces
    @Singleton
    PtySettings ptySettings(
            ExecutorConfig executor,
            StorageConfig storage,
            WorkerConfig worker,
            AuthConfig auth,
            TaskVariables variables) {
        Path state = WorkerPaths.cliState(storage);
        return new PtySettings(
                executor.cliPath(),
                new TerminalSize(executor.terminal().cols(), executor.terminal().rows()),
                new RunGrace(
                        executor.grace().soft(),
                        new Grace(executor.grace().interrupt(), executor.grace().terminate())),
                new PtySettings.Variables(System.getenv(), environment(storage, worker, variables)),
                new PtySettings.Directories(
                        state, WorkerPaths.workspaces(storage), List.of(state, WorkerPaths.gitSecrets(worker))),
                auth.verifyModel());
    }
}
