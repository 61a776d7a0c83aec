package org.claudecluster.worker.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claudecluster.worker.claude.AgentStream;
import org.claudecluster.worker.claude.RunReport;
import org.claudecluster.worker.credential.Credential;
import org.claudecluster.worker.credential.CredentialTrial;
import org.claudecluster.worker.outcome.RunEnd;
import org.claudecluster.worker.outcome.RunOutcomes;
import org.claudecluster.worker.outcome.Speaker;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.terminal.LaunchException;
import org.claudecluster.worker.text.EscapeSequences;
import org.jboss.logging.Logger;

/** Tries credentials: by asking the CLI whether it is logged in, which asks nobody else, and by one real turn. */
public final class CredentialProbe {

    private static final Logger LOG = Logger.getLogger(CredentialProbe.class);
    private static final Pattern LOGGED_IN = Pattern.compile("\"loggedIn\":\\s*(true|false)");
    private static final int STATUS_SECONDS = 30;
    private static final int CALL_SECONDS = 60;
    private static final int MAX_CALL_ANSWER = 256 * 1024;

    private final CliCall call;
    private final Optional<String> model;
    private final InstantSource clock;

    public CredentialProbe(CliCall call, Optional<String> model, InstantSource clock) {
        this.call = call;
        this.model = model;
        this.clock = clock;
    }

    /** Whether the CLI says it is logged in. */
    CredentialTrial.Login login(Credential credential) {
        return ask(CliCall.Question.brief(STATUS_SECONDS, "auth", "status"), credential)
                .map(answer -> switch (answer) {
                    case CliCall.Answer.Said(ProcessExit _, String text, String _) -> loggedIn(text);
                    case CliCall.Answer.Silent _ -> CredentialTrial.Login.SILENT;
                })
                .orElse(CredentialTrial.Login.UNTOLD);
    }

    /**
     * Both versions print one JSON object, but place its words by cursor movements and wrap its lines when they print to
     * a terminal, so that it can't be parsed.
     */
    private static CredentialTrial.Login loggedIn(String text) {
        Matcher told = LOGGED_IN.matcher(EscapeSequences.removed(text));
        if (!told.find()) {
            return CredentialTrial.Login.UNTOLD;
        }
        return told.group(1).equals("true") ? CredentialTrial.Login.IN : CredentialTrial.Login.OUT;
    }

    /** What one turn with next to nothing in it came to; empty when the CLI did not run or did not end. */
    Optional<Verdict> oneTurn(Credential credential) {
        List<String> arguments = new ArrayList<>(List.of(
                "-p",
                "--output-format=stream-json",
                "--verbose",
                "--max-turns=1",
                "--tools=",
                "--setting-sources=user",
                "--strict-mcp-config",
                "--no-session-persistence",
                "--permission-mode=dontAsk",
                "--system-prompt=Answer with OK."));
        model.ifPresent(name -> arguments.add("--model=" + name));
        // A login may need its refresh, after which the CLI asks once more.
        String retries = credential instanceof Credential.Login ? "1" : "0";
        CliCall.Question question = new CliCall.Question(
                arguments, "OK?", Map.of("CLAUDE_CODE_MAX_RETRIES", retries), CALL_SECONDS, MAX_CALL_ANSWER);
        return ask(question, credential).flatMap(answer -> switch (answer) {
            case CliCall.Answer.Said said -> Optional.of(judge(said));
            case CliCall.Answer.Silent _ -> Optional.empty();
        });
    }

    private Verdict judge(CliCall.Answer.Said said) {
        RunReport report = new RunReport(clock);
        AgentStream stream = new AgentStream(report::event, report::output);
        stream.accept(ByteBuffer.wrap(said.text().getBytes(StandardCharsets.UTF_8)));
        stream.finish();
        report.output(ByteBuffer.wrap(said.errors().getBytes(StandardCharsets.UTF_8)));
        // Whoever answers nothing has shown nothing of the credential.
        return RunOutcomes.verdict(
                RunEnd.byItself(RunEnd.ending(Optional.of(said.exit())), report.told(), Speaker.CLAUDE_CODE));
    }

    /** Empty when it can't be asked. */
    private Optional<CliCall.Answer> ask(CliCall.Question question, Credential credential) {
        Optional<Path> program = call.program();
        if (program.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(call.ask(program.get(), question, credential));
        } catch (LaunchException | IOException e) {
            LOG.warnf("the credential can't be tried: %s", e.getMessage());
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
