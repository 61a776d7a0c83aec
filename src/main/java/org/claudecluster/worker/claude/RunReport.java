package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskResult;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a run tells about itself: the last {@code result} line (several in one process are normal), the last
 * API failure, the assistant's last words, what it has begun and not ended, and the end of the plain text. Safe for one
 * writing thread; read it after the terminal has ended.
 */
public final class RunReport {

    /** More than is kept of an answer in the end. */
    private static final int MOST_SPOKEN = 1_000_000;

    private final InstantSource clock;
    private final LastWords words = new LastWords();
    private final OpenTools tools = new OpenTools();
    private final BackgroundTasks background = new BackgroundTasks();
    private @Nullable JsonNode result;
    private @Nullable Instant resetsAt;
    private String lastError = "";
    private String spoken = "";
    private boolean spokeLast;
    private boolean speaks;
    private int authFailures;
    private volatile boolean hopeless;

    /** A report of a run that begins; the clock tells which day a reset at "2:01am" means. */
    public RunReport(InstantSource clock) {
        this.clock = clock;
    }

    /** Takes an agent event. */
    public void event(AgentEvent event) {
        words.interrupted();
        boolean ofAssistant = event.type().equals("assistant");
        speaks |= ofAssistant || event.isResult() || event.subtype().equals("init");
        if (event.isResult()) {
            result = event.node();
        }
        if (ofAssistant && event.isOfMain()) {
            event.node().path("message").path("content").forEach(this::block);
        }
        tools.after(event);
        background.after(event);
        // An answer shows that the retries before it have helped.
        lastError = event.apiError().orElse(ofAssistant ? "" : lastError);
        countAuthFailures(event);
        event.limitReset().ifPresent(reset -> resetsAt = reset);
    }

    private void block(JsonNode block) {
        String type = block.path("type").asText();
        String text = block.path("text").asText();
        if (type.equals("text") && !text.isBlank()) {
            spoken = text.length() <= MOST_SPOKEN ? text : text.substring(0, MOST_SPOKEN);
            spokeLast = true;
        } else if (type.equals("tool_use")) {
            spokeLast = false;
        }
    }

    /**
     * The first may lead to a refresh of the login that helps (2.1.197 and 2.1.330: one {@code api_retry}, then the
     * answer); a second in a row is followed by more of them only. A 403 may be about one model only.
     */
    private void countAuthFailures(AgentEvent event) {
        if (lastError.isEmpty()) {
            authFailures = 0;
        }
        boolean refused = event.subtype().equals("api_retry")
                && lastError.equals("authentication_failed")
                && event.node().path("error_status").asInt() != Failures.HTTP_FORBIDDEN;
        if (refused) {
            authFailures++;
        }
        hopeless = authFailures > 1;
    }

    /** Why going on is in vain, though the program retries. Cheap, and safe for every thread at any time. */
    public Optional<Reason> hopeless() {
        return hopeless ? Optional.of(Reason.AUTH_FAILED) : Optional.empty();
    }

    /** Takes what was printed and is no event; the buffer's position is left as it was. */
    public void output(ByteBuffer bytes) {
        words.take(bytes);
    }

    /** Whether a result has been seen, so that only the process's end is missing. */
    public boolean hasResult() {
        return result != null;
    }

    /** All that was told so far. */
    public Told told() {
        Optional<ResultLine> line = line();
        return new Told(
                line,
                Optional.of(lastError).filter(word -> !word.isEmpty()).map(Failures::ofWord),
                speaks,
                tools.leftOpen(),
                background.open(),
                background.cutOff(),
                words.text(),
                Optional.ofNullable(resetsAt)
                        .or(() -> line.flatMap(told -> ResetText.parse(told.words(), clock.instant()))));
    }

    /** The result that was told so far, for a run whose end was forced. */
    public Optional<TaskResult> result() {
        return line().map(ResultLine::result);
    }

    private Optional<ResultLine> line() {
        return Optional.ofNullable(result).map(told -> ResultLine.of(told, lastError, spoken, spokeLast));
    }
}
