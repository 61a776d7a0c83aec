package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.task.TaskResult;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a run tells about itself: the last {@code result} line (several in one process are normal), the last
 * API failure, and the end of the plain text for programs that print no JSON. Safe for one writing thread;
 * read it after the terminal has ended.
 */
public final class RunReport {

    /** How much plain text is kept for the message of a failure. */
    private static final int TEXT_TAIL = 512;

    private final InstantSource clock;
    private @Nullable JsonNode result;
    private @Nullable Instant resetsAt;
    private String lastError = "";
    private boolean sawEvent;
    private byte[] text = new byte[0];
    private int authFailures;
    private volatile boolean hopeless;

    /** A report of a run that begins; the clock tells which day a reset at "2:01am" means. */
    public RunReport(InstantSource clock) {
        this.clock = clock;
    }

    /** Takes an agent event. */
    public void event(AgentEvent event) {
        sawEvent = true;
        if (event.isResult()) {
            result = event.node();
        }
        // An answer shows that the retries before it have helped.
        String unlessTold = event.type().equals("assistant") ? "" : lastError;
        lastError = event.apiError().orElse(unlessTold);
        countAuthFailures(event);
        event.limitReset().ifPresent(reset -> resetsAt = reset);
    }

    /**
     * The first may lead to a refresh of the login that helps (2.1.197 and 2.1.330: one {@code api_retry}, then the
     * answer); a second in a row is followed by more of them only.
     */
    private void countAuthFailures(AgentEvent event) {
        if (lastError.isEmpty()) {
            authFailures = 0;
        }
        if (event.subtype().equals("api_retry") && lastError.equals("authentication_failed")) {
            authFailures++;
        }
        hopeless = authFailures > 1;
    }

    /** Why going on is in vain, though the program retries. Cheap, and safe for every thread at any time. */
    public Optional<Reason> hopeless() {
        return hopeless ? Optional.of(Reason.AUTH_FAILED) : Optional.empty();
    }

    /** Takes terminal bytes; the buffer's position is left as it was. */
    public void output(ByteBuffer bytes) {
        if (sawEvent) {
            return;
        }
        int more = Math.min(TEXT_TAIL, bytes.remaining());
        int kept = Math.min(text.length, TEXT_TAIL - more);
        byte[] joined = Arrays.copyOfRange(text, text.length - kept, text.length + more);
        bytes.get(bytes.limit() - more, joined, kept, more);
        text = joined;
    }

    /** Whether a result has been seen, so that only the process's end is missing. */
    public boolean hasResult() {
        return result != null;
    }

    /** What the run came to, judged by the exit and by the result line together. */
    public Verdict verdict(Ending ending) {
        Optional<JsonNode> line = Optional.ofNullable(result);
        Optional<TaskResult> parsed = line.map(ResultLine::toResult);
        Outcome outcome = Failures.judge(ending, line, sawEvent, lastError, lastText());
        return new Verdict(outcome, parsed, reset(outcome));
    }

    private Optional<Instant> reset(Outcome outcome) {
        Optional<Reason> reason = outcome.reason();
        if (!reason.equals(Optional.of(Reason.USAGE_LIMIT)) && !reason.equals(Optional.of(Reason.RATE_LIMITED))) {
            return Optional.empty();
        }
        return Optional.ofNullable(resetsAt)
                .or(() -> outcome.message().flatMap(text -> ResetText.parse(text, clock.instant())));
    }

    /** The result that was told so far, for a run whose end was forced. */
    public Optional<TaskResult> result() {
        return Optional.ofNullable(result).map(ResultLine::toResult);
    }

    private String lastText() {
        String printable = new String(text, StandardCharsets.UTF_8)
                .replaceAll("\u001b\\[[0-9;?]*[ -/]*[@-~]|\u001b\\][^\u0007\u001b]*(\u0007|\u001b\\\\)", "")
                .replaceAll("[\\p{Cntrl}\ufffd]+", " ");
        return printable.strip();
    }
}
