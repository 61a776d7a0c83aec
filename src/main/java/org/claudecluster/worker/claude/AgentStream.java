package org.claudecluster.worker.claude;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds agent events in what a program printed to descriptor 1: JSON objects on one line whose {@code type} is a
 * string. Everything before, between and behind them is text: a carriage return, escape sequences that some versions
 * glue to the first brace, words of whoever shares the descriptor. An object without a type is text too, with all that
 * is in it.
 *
 * <p>Not safe for use by two threads at once. Holds one line, {@link #MAX_LINE} bytes of it at most, and no more than
 * the {@link LineBudget} has. A longer line is text, and so is an object beyond the other bounds here.
 */
public final class AgentStream {

    /** Far above the longest line seen (40 KB): the CLI moves larger tool results into files. One string may fill it. */
    static final int MAX_LINE = 32 * 1024 * 1024;

    static final int MAX_DEPTH = 1000;
    static final int MAX_NUMBER = 1000;

    /** The reader keeps names for the next event, so that together they must not become many. */
    static final int MAX_NAME = 4096;

    private static final int KEPT = 256 * 1024;

    /** A tree needs up to 100 bytes for each token, and a line of 32 MiB could have as many. */
    static final int MAX_TOKENS = 100_000;

    private static final ObjectReader READER = new JsonMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(MAX_LINE)
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER)
                            .maxNameLength(MAX_NAME)
                            .maxTokenCount(MAX_TOKENS)
                            .build())
                    .build())
            .reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Consumer<AgentEvent> events;
    private final Consumer<ByteBuffer> text;
    private final LineBudget budget;
    private final ObjectScan scan = new ObjectScan();
    private byte[] line = new byte[0];
    private int length;
    /** What of the budget is the line's, what the last event's, and what the last result's, which others keep. */
    private long reserved;

    private long kept;
    private long keptResult;
    private boolean overlong;
    /** Whether the current line has shown a brace; what stands before the first is not kept. */
    private boolean open;
    /** Whether the last line did, so that its end is the event's. */
    private boolean endsWithEvent;

    /** Without an ear for the text. */
    public AgentStream(Consumer<AgentEvent> events) {
        this(events, _ -> {});
    }

    /**
     * Gives each byte to one of the two: as part of an event, to which its line's end belongs, or as text, whose buffers
     * are valid during the call only.
     */
    public AgentStream(Consumer<AgentEvent> events, Consumer<ByteBuffer> text) {
        this(events, text, LineBudget.OF_ALL_RUNS);
    }

    AgentStream(Consumer<AgentEvent> events, Consumer<ByteBuffer> text, LineBudget budget) {
        this.budget = budget;
        this.events = events;
        this.text = text;
    }

    /** Takes the next bytes of the terminal; the buffer's position is left as it was. */
    public void accept(ByteBuffer bytes) {
        if (bytes.hasArray()) {
            int from = bytes.arrayOffset() + bytes.position();
            accept(bytes.array(), from, from + bytes.remaining());
            return;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        accept(copy, 0, copy.length);
    }

    /** The bytes from {@code from} up to {@code to}, excluded. */
    private void accept(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (!open) {
                // Line ends don't matter before a brace: nothing of such a line is kept.
                int brace = ByteSearch.indexOf(bytes, at, to, (byte) '{');
                tell(bytes, at, brace);
                at = brace;
                open = at < to;
                continue;
            }
            int end = ByteSearch.indexOf(bytes, at, to, (byte) '\n');
            append(bytes, at, end);
            if (end == to) {
                return;
            }
            finishLine(true);
            at = endsWithEvent ? end + 1 : end;
        }
    }

    /** The terminal has closed: a last line without its end counts as well. */
    public void finish() {
        finishLine(false);
        budget.giveBack(kept + keptResult);
        kept = 0;
        keptResult = 0;
    }

    private void append(byte[] bytes, int from, int to) {
        int more = to - from;
        if (!overlong && !hasRoom(length + more)) {
            overlong = true;
            tell(line, 0, length);
            length = 0;
            release();
        }
        if (overlong) {
            tell(bytes, from, to);
            return;
        }
        System.arraycopy(bytes, from, line, length, more);
        length += more;
    }

    private boolean hasRoom(int needed) {
        if (needed <= line.length) {
            return true;
        }
        if (needed > MAX_LINE) {
            return false;
        }
        int capacity = Math.max(needed, Math.min(2 * line.length + 1024, MAX_LINE));
        if (!isGranted(capacity)) {
            // By less than twice, so that it is copied more often, but not for every few bytes.
            capacity = Math.min(needed + LineBudget.SHORT / 2, MAX_LINE);
            if (!isGranted(capacity)) {
                return false;
            }
        }
        line = Arrays.copyOf(line, capacity);
        return true;
    }

    private boolean isGranted(int capacity) {
        if (capacity <= LineBudget.SHORT) {
            return true;
        }
        boolean granted = budget.take(capacity - reserved);
        reserved = granted ? capacity : reserved;
        return granted;
    }

    /** A buffer that one huge line has grown is given back. */
    private void release() {
        if (line.length > KEPT) {
            line = new byte[0];
        }
        budget.giveBack(reserved);
        reserved = 0;
    }

    private void finishLine(boolean ended) {
        int told = 0;
        int at = 0;
        while (at < length) {
            if (scan.find(line, at, length, ended) && scan.typed()) {
                told = publish(told, scan.from(), scan.to());
            }
            at = ByteSearch.indexOf(line, scan.resume(), length, (byte) '{');
        }
        endsWithEvent = told > 0 && isBlank(told);
        if (!endsWithEvent) {
            tell(line, told, length);
        }
        release();
        length = 0;
        open = false;
        overlong = false;
    }

    private boolean isBlank(int from) {
        int at = from;
        while (at < length && (line[at] == '\r' || line[at] == ' ')) {
            at++;
        }
        return at == length;
    }

    private void tell(byte[] bytes, int from, int to) {
        if (from < to) {
            text.accept(ByteBuffer.wrap(bytes, from, to - from));
        }
    }

    /** Answers up to where all was told, which was {@code told} before. */
    private int publish(int told, int from, int to) {
        Optional<AgentEvent> event = budget.parse(to - from, () -> parse(from, to));
        if (event.isEmpty()) {
            return told;
        }
        tell(line, told, from);
        charge(event.get(), to - from);
        events.accept(event.get());
        return to;
    }

    /** Whoever hears of an event keeps it: the transcript until the next one, the report the last result. */
    private void charge(AgentEvent event, int size) {
        long longOne = size > LineBudget.SHORT ? size : 0;
        budget.charge(longOne);
        if (event.isResult()) {
            budget.giveBack(keptResult);
            keptResult = longOne;
        } else {
            budget.giveBack(kept);
            kept = longOne;
        }
    }

    private Optional<AgentEvent> parse(int from, int to) {
        byte[] json = onOneLine(WholeText.copyOf(line, from, to));
        try {
            JsonNode node = READER.readTree(json);
            return node.path("type").isTextual() ? Optional.of(new AgentEvent(json, node)) : Optional.empty();
        } catch (IOException _) {
            // Not JSON after all, or beyond a bound: text, which the transcript has anyway.
            return Optional.empty();
        }
    }

    /** In valid JSON a carriage return is white space between tokens; to an event stream it would be a line's end. */
    private static byte[] onOneLine(byte[] json) {
        for (int at = 0; at < json.length; at++) {
            if (json[at] == '\r') {
                json[at] = ' ';
            }
        }
        return json;
    }
}
