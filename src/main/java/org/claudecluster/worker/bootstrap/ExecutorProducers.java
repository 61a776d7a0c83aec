package org.claudecluster.worker.bootstrap;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
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
import org.claudecluster.worker.credential.Credentials;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.Fallback;
import org.claudecluster.worker.exec.PtyExecutor;
import org.claudecluster.worker.exec.stub.StubExecutor;
import org.claudecluster.worker.process.CgroupUse;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.process.Grace;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.linux.OwnMemory;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.terminal.ArgumentSpace;
import org.claudecluster.worker.terminal.PtyLauncher;
import org.claudecluster.worker.terminal.PtyLaunchers;
import org.claudecluster.worker.terminal.TerminalSize;
import org.claudecluster.worker.watchdog.WatchSettings;
import org.claudecluster.worker.watchdog.Watchdog;
import org.claudecluster.worker.workspace.GitIdentity;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.eclipse.microprofile.config.Config;

/** Puts together what runs tasks. */
@ApplicationScoped
class ExecutorProducers {

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
        return Containment.detect(
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
    PtyExecutor ptyExecutor(
            Containment containment,
            ExecutorConfig executor,
            StorageConfig storage,
            WorkerConfig worker,
            AuthConfig auth,
            TaskVariables variables,
            Credentials credentials,
            TaskObserver observer,
            InstantSource clock,
            Watchdog watchdog,
            TaskWorkspaces left) {
        if (executor.debuggable()) {
            OwnMemory.open();
        } else {
            OwnMemory.close();
        }
        ProcessTree.adoptOrphans();
        PtySettings settings = ptySettings(executor, storage, worker, auth, environment(storage, worker, variables));
        PtyExecutor pty = new PtyExecutor(
                launcher(executor), containment, settings, credentials, observer, clock, watchdog, left);
        try {
            left.begin();
            pty.prepare();
            left.alsoSweeps(pty::sweep);
        } catch (IOException e) {
            throw new UncheckedIOException("the data directory can't be prepared", e);
        }
        return pty;
    }

    @Produces
    @Singleton
    ExecutorStrategy strategy(PtyExecutor pty, ExecutorConfig executor, StorageConfig storage, Database database) {
        Fallback fallback = database.isShared()
                ? Fallback.ofSharedQueue()
                : Fallback.ofOwnQueue(WorkerPaths.cliState(storage).resolve("auto-waits-for-the-cli"));
        return new ExecutorStrategy(
                new StubExecutor(), pty, ExecutorType.valueOf(executor.type().name()), fallback, System::nanoTime);
    }

    private static PtyLauncher launcher(ExecutorConfig executor) {
        return switch (executor.launcher()) {
            case AUTO -> PtyLaunchers.best();
            case FFM -> PtyLaunchers.ffm();
            case PTY4J -> PtyLaunchers.pty4j();
        };
    }

    private static PtySettings ptySettings(
            ExecutorConfig executor,
            StorageConfig storage,
            WorkerConfig worker,
            AuthConfig auth,
            Map<String, String> everyTask) {
        Path state = WorkerPaths.cliState(storage);
        return new PtySettings(
                executor.cliPath(),
                new TerminalSize(executor.terminal().cols(), executor.terminal().rows()),
                new RunGrace(
                        executor.grace().soft(),
                        new Grace(executor.grace().interrupt(), executor.grace().terminate())),
                System.getenv(),
                everyTask,
                state,
                WorkerPaths.workspaces(storage),
                List.of(state, WorkerPaths.gitSecrets(worker)),
                auth.verifyModel());
    }
}
