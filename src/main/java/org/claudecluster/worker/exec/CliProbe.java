package org.claudecluster.worker.exec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.claudecluster.worker.claude.Credential;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.terminal.TerminalExit;

/** Asks the CLI for its version through a pseudo-terminal, which shows that both work. */
final class CliProbe {

    private static final int PATIENCE_SECONDS = 10;

    private final CliCall call;
    private final PtySettings settings;

    CliProbe(CliCall call, PtySettings settings) {
        this.call = call;
        this.settings = settings;
    }

    Availability run() {
        Optional<Path> program = call.program();
        if (program.isEmpty()) {
            return new Availability.Unavailable("no program at CLAUDE_CLI_PATH=" + settings.cli()
                    + ": install the CLI (npm i -g @anthropic-ai/claude-code) or set the path");
        }
        try {
            return judge(call.ask(
                    program.get(), CliCall.Question.brief(PATIENCE_SECONDS, "--version"), new Credential.None()));
        } catch (LaunchException | IOException e) {
            return new Availability.Unavailable(
                    "CLAUDE_CLI_PATH=" + settings.cli() + " does not start in a pseudo-terminal: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Availability.Unavailable("the probe was interrupted");
        }
    }

    private Availability judge(CliCall.Answer answer) {
        return switch (answer) {
            case CliCall.Answer.Silent _ ->
                new Availability.Unavailable("CLAUDE_CLI_PATH=" + settings.cli() + " did not answer --version in "
                        + PATIENCE_SECONDS + " s");
            case CliCall.Answer.Said(TerminalExit exit, String text) -> {
                Optional<String> version = text.lines().findFirst().map(String::strip);
                boolean fine = exit.equals(new TerminalExit.Exited(0)) && version.isPresent();
                yield fine
                        ? new Availability.Available(version)
                        : new Availability.Unavailable("the CLI answered --version with " + exit);
            }
        };
    }
}
