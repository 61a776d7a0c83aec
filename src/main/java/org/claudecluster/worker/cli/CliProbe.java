package org.claudecluster.worker.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.claudecluster.worker.credential.Credential;
import org.claudecluster.worker.outcome.Speaker;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.terminal.LaunchException;

/** Asks the CLI for its version through a pseudo-terminal, which shows that both work. */
public final class CliProbe {

    private static final int PATIENCE_SECONDS = 10;
    private static final int SIGKILL = 9;

    private final CliCall call;
    private final PtySettings settings;
    private volatile Speaker speaker = Speaker.UNKNOWN;

    public CliProbe(CliCall call, PtySettings settings) {
        this.call = call;
        this.settings = settings;
    }

    /** What the program called itself when it answered last. */
    public Speaker speaker() {
        return speaker;
    }

    public Availability run() {
        Optional<Path> program = call.program();
        if (program.isEmpty()) {
            return new Availability.Unavailable("no program at CLAUDE_CLI_PATH=" + settings.cli()
                    + ": install the CLI (npm i -g @anthropic-ai/claude-code) or set the path");
        }
        try {
            return judge(call.ask(
                    program.get(), CliCall.Question.brief(PATIENCE_SECONDS, "--version"), new Credential.None()));
        } catch (LaunchException e) {
            String why =
                    "CLAUDE_CLI_PATH=" + settings.cli() + " does not start in a pseudo-terminal: " + e.getMessage();
            return switch (e.kind()) {
                case PROGRAM_NOT_FOUND, PROGRAM_NOT_EXECUTABLE -> new Availability.Unavailable(why);
                case DIRECTORY_MISSING, ARGUMENTS_TOO_LONG, RESOURCES -> new Availability.Unknown(why);
            };
        } catch (IOException e) {
            return new Availability.Unknown("the CLI could not be asked for its version: " + e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Availability.Unknown("the probe was interrupted");
        }
    }

    /** Whether there is a program still. */
    public boolean isInPlace() {
        return call.program().isPresent();
    }

    private Availability judge(CliCall.Answer answer) {
        return switch (answer) {
            case CliCall.Answer.Silent _ ->
                new Availability.Unknown("CLAUDE_CLI_PATH=" + settings.cli() + " did not answer --version in "
                        + PATIENCE_SECONDS + " s");
            case CliCall.Answer.Said(ProcessExit exit, String text, String _) -> {
                Optional<String> version = text.lines().findFirst().map(String::strip);
                boolean fine = exit.equals(new ProcessExit.Exited(0)) && version.isPresent();
                speaker = fine ? Speaker.of(text) : Speaker.UNKNOWN;
                if (fine) {
                    yield new Availability.Available(version);
                }
                String why = "the CLI answered --version with " + exit;
                // Somebody else has ended it, say for want of memory.
                yield exit.equals(new ProcessExit.Signalled(SIGKILL))
                        ? new Availability.Unknown(why)
                        : new Availability.Unavailable(why);
            }
        };
    }
}
