package org.claudecluster.worker.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.claude.CommandLine;
import org.claudecluster.worker.claude.SessionFiles;
import org.claudecluster.worker.credential.Credential;
import org.claudecluster.worker.credential.Credentials;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.terminal.Programs;
import org.claudecluster.worker.terminal.TerminalCommand;
import org.claudecluster.worker.workspace.SafeDirectories;

/** Makes the command of a task: the CLI with its arguments, environment, prompt and credential. */
public final class CliCommand {

    /** Docs name it, since it shows in the session. */
    static final String CONTINUE =
            "You were interrupted. Look at what you have done so far, then continue where you left off.";

    private final PtySettings settings;
    private final ChildEnvironment environments;
    private final SessionFiles sessions;
    private final Credentials credentials;

    public CliCommand(PtySettings settings, SessionFiles sessions, Credentials credentials) {
        this.settings = settings;
        this.environments = new ChildEnvironment(settings.environment());
        this.sessions = sessions;
        this.credentials = credentials;
    }

    /** Throws {@link LaunchException} when there is no CLI to be run. */
    public TerminalCommand of(Task task, TaskDirectories directories, ConfigOverlay overlay, Credential credential)
            throws LaunchException, SessionLostException {
        Path program = Programs.find(settings.cli(), settings.environment().getOrDefault("PATH", ""))
                .orElseThrow(this::noProgram);
        UUID session = task.sessionId().map(UUID::fromString).orElseGet(UUID::randomUUID);
        boolean exists = task.resumed() && isThere(session);
        if (task.spec().continues().isPresent()
                && !isThere(task.spec().claude().resumeSessionId().orElse(session))) {
            throw new SessionLostException("the session that this task continues is gone from the worker's disk");
        }
        List<String> arguments = CommandLine.of(task.spec().claude(), session, exists, unreadable());
        return new TerminalCommand(
                program,
                overlay.arguments(arguments),
                environment(task, directories, overlay, credential),
                directories.work(),
                settings.size(),
                prompt(task, session, exists).getBytes(StandardCharsets.UTF_8),
                credential.secret());
    }

    private boolean isThere(UUID session) throws SessionLostException {
        try {
            return sessions.find(session).isPresent();
        } catch (IOException e) {
            throw new SessionLostException("the CLI's sessions can't be looked at: " + e);
        }
    }

    /** There is nothing to go on with, or it can't be told. */
    public static final class SessionLostException extends IOException {

        private static final long serialVersionUID = 1L;

        SessionLostException(String message) {
            super(message);
        }
    }

    /** The value of {@link ChildEnvironment#RUN_MARKER} for this run of the task. */
    public static String marker(Task task) {
        return ChildEnvironment.run(task.id().toString(), task.epoch());
    }

    /** A path that names something is told apart from one that names nothing. */
    private LaunchException noProgram() {
        boolean something = settings.cli().startsWith("/") && Files.exists(Path.of(settings.cli()));
        return something
                ? new LaunchException(
                        LaunchException.Kind.PROGRAM_NOT_EXECUTABLE,
                        "CLAUDE_CLI_PATH=" + settings.cli() + " is no executable file: chmod +x, or name another")
                : new LaunchException(
                        LaunchException.Kind.PROGRAM_NOT_FOUND,
                        "the CLI was not found: set CLAUDE_CLI_PATH to an executable file");
    }

    /** A session that was told what to do is not told twice: it would begin again with what is half done. */
    private String prompt(Task task, UUID session, boolean exists) throws SessionLostException {
        String prompt = task.spec().prompt();
        try {
            return exists && sessions.holds(session, prompt) ? CONTINUE : prompt;
        } catch (IOException e) {
            throw new SessionLostException("the session that this attempt goes on with can't be read: " + e);
        }
    }

    private List<Path> unreadable() {
        List<Path> all = new ArrayList<>(settings.unreadable());
        all.addAll(credentials.unreadable());
        return all;
    }

    private Map<String, String> environment(
            Task task, TaskDirectories directories, ConfigOverlay overlay, Credential credential) {
        Map<String, String> extra = new HashMap<>(credential.environment());
        extra.putAll(settings.extraEnvironment());
        Map<String, String> built = environments.of(
                extra, task.id().toString(), directories.home(), overlay.directory(), directories.temporary());
        built.put(ChildEnvironment.RUN_MARKER, marker(task));
        SafeDirectories.add(built, directories.work(), settings.workspaces());
        return built;
    }
}
