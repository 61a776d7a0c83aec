package org.claudecluster.worker.exec;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.claude.SessionFiles;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.cli.CliCall;
import org.claudecluster.worker.cli.CliCommand;
import org.claudecluster.worker.cli.CliProbe;
import org.claudecluster.worker.cli.CliTrial;
import org.claudecluster.worker.cli.ConfigOverlay;
import org.claudecluster.worker.cli.ConfigOverlays;
import org.claudecluster.worker.cli.CredentialProbe;
import org.claudecluster.worker.cli.DirectoryPool;
import org.claudecluster.worker.cli.PtySettings;
import org.claudecluster.worker.cli.SetAside;
import org.claudecluster.worker.cli.TaskDirectories;
import org.claudecluster.worker.credential.Credential;
import org.claudecluster.worker.credential.CredentialTrial;
import org.claudecluster.worker.credential.Credentials;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.terminal.PtyLauncher;
import org.claudecluster.worker.watchdog.Watchdog;
import org.claudecluster.worker.workspace.FreeSpace;
import org.claudecluster.worker.workspace.Standing;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.jboss.logging.Logger;

/** Runs the CLI in a pseudo-terminal and answers only when its whole process tree is gone. */
@Singleton
public final class PtyExecutor implements TaskExecutor {

    private static final Logger LOG = Logger.getLogger(PtyExecutor.class);

    /** Below the state directory; in it a directory for each task that runs. */
    public static final String TEMPORARIES = "tmp";

    private final PtySettings settings;
    private final Credentials credentials;
    private final TaskWorkspaces left;
    private final CliProbe probe;
    private final RunSupervisor supervisor;
    private final CredentialTrial trial;
    private final CliCommand commands;
    private final SessionFiles sessions;
    private final ConfigOverlays overlays;
    private final TaskDirectories.Pools pools;
    private final WorkDirectories used;

    public PtyExecutor(
            PtyLauncher launcher,
            Containment containment,
            PtySettings settings,
            Credentials credentials,
            TaskObserver observer,
            InstantSource clock,
            Watchdog watchdog,
            TaskWorkspaces left) {
        this.credentials = credentials;
        this.left = left;
        this.used = new WorkDirectories(clock);
        this.settings = settings;
        this.overlays = new ConfigOverlays(settings);
        CliCall call = new CliCall(launcher, containment, settings, overlays);
        this.probe = new CliProbe(call, settings);
        this.supervisor =
                new RunSupervisor(launcher, containment, settings.grace(), observer, clock, watchdog, probe::speaker);
        this.trial = new CliTrial(new CredentialProbe(call, settings.verifyModel(), clock), credentials);
        this.sessions = new SessionFiles(settings.claudeDirectory());
        this.commands = new CliCommand(settings, sessions, credentials);
        DirectoryPool temporaries = new DirectoryPool(settings.state().resolve(TEMPORARIES));
        this.pools = new TaskDirectories.Pools(
                new DirectoryPool(settings.workspaces()),
                new DirectoryPool(left.homes()),
                left.sharesHome() ? Optional.of(settings.home()) : Optional.empty(),
                temporaries,
                new SetAside(List.of(temporaries.root())));
    }

    /** Sets aside what a predecessor left in the directories that tasks get for temporary files, and makes HOME. */
    @Override
    public void prepare() throws IOException {
        Files.createDirectories(settings.home());
        pools.aside().all();
        overlays.prepare();
        for (DirectoryPool pool : List.of(pools.workspaces(), pools.homes())) {
            try {
                pools.aside().replace(pool.spares());
            } catch (IOException e) {
                LOG.warnf("spare directories of a predecessor stay: %s: %s", pool.spares(), e);
            }
        }
    }

    @Override
    public void sweep() {
        pools.aside().remove();
        overlays.sweep();
    }

    @Override
    public ExecutorType type() {
        return ExecutorType.PTY;
    }

    /** Tries credentials with this executor's CLI. */
    public CredentialTrial credentialTrial() {
        return trial;
    }

    /** The CLI's sessions that a retry can go on with. */
    public Sessions sessions() {
        return new Resumable(sessions, left);
    }

    @Override
    public Availability probe() {
        Availability found = probe.run();
        if (found instanceof Availability.Available && credentials.current() instanceof Credential.None none) {
            CredentialTrial.Login login = trial.tryLogin(none);
            if (credentials.isUsable()) {
                return found;
            }
            String why = credentials.status().reason().orElse(Credentials.NONE);
            return login == CredentialTrial.Login.SILENT
                    ? new Availability.Unknown(why)
                    : new Availability.Unavailable(why);
        }
        return found;
    }

    @Override
    public boolean isInPlace() {
        return probe.isInPlace();
    }

    @Override
    public Verdict run(TaskRun run) throws InterruptedException {
        Optional<TaskId> other = left.enter(run.task());
        if (other.isPresent()) {
            return RunSupervisor.notStarted(
                    Reason.WORKSPACE_FAILED,
                    "task %s is going on with this session: continue that one when it has ended"
                            .formatted(other.get()));
        }
        try {
            return runAlone(run);
        } finally {
            left.leave(run.task());
        }
    }

    private Verdict runAlone(TaskRun run) throws InterruptedException {
        Deadline deadline = new Deadline(run.task().spec().timeout());
        Optional<UUID> session = Optional.empty();
        try {
            Standing before = left.standing(run.task());
            Optional<Verdict> lost = WorkspacePreparer.lost(run.task(), before);
            if (lost.isPresent()) {
                return lost.get();
            }
            try (TaskDirectories directories = TaskDirectories.open(run.task(), before, pools);
                    WorkDirectories.Use use = used.enter(run.task(), directories.work())) {
                Optional<Verdict> refused = WorkspacePreparer.problem(run, directories, use, left, deadline);
                if (refused.isPresent()) {
                    return refused.get();
                }
                try {
                    return runIn(directories, run, deadline);
                } finally {
                    session = run.task().sessionId().map(UUID::fromString).filter(sessions::reaches);
                    session.ifPresent(_ -> directories.keep());
                }
            }
        } catch (TaskDirectories.OutsideWorkspaceException e) {
            return RunSupervisor.notStarted(Reason.PERMISSION_BLOCKED, String.valueOf(e.getMessage()));
        } catch (CliCommand.SessionLostException e) {
            return RunSupervisor.notStarted(Reason.WORKSPACE_FAILED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            boolean full = FreeSpace.isFull(pools.workspaces().root())
                    || FreeSpace.isFull(pools.temporaries().root());
            return RunSupervisor.notStarted(
                    full ? Reason.NO_SPACE : Reason.WORKSPACE_FAILED, "the task's directories can't be used: " + e);
        } finally {
            left.settle(run.task(), session);
        }
    }

    private Verdict runIn(TaskDirectories directories, TaskRun run, Deadline deadline)
            throws IOException, InterruptedException {
        Credential credential = credentials.current();
        String name = run.task().id().toString();
        try (ConfigOverlay overlay = overlays.open(name, directories.work(), credential)) {
            directories.fills(List.of(overlay.directory()));
            run.task()
                    .sessionId()
                    .ifPresent(id -> directories.fills(sessions.expected(directories.work(), UUID.fromString(id))));
            Verdict verdict = supervisor.supervise(
                    run, directories, deadline, () -> commands.of(run.task(), directories, overlay, credential));
            credentials.heard(credential, verdict);
            return verdict.ranWith(credential.fingerprint());
        }
    }
}
