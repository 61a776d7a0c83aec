package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Finds agent events in what a terminal printed. The terminal adds a carriage return before each line feed and, with
 * some versions, escape sequences glued to the first brace; both are dropped. What is no JSON object is no event.
 *
 * <p>Not safe for use by two threads at once. Holds one line, {@link #MAX_LINE} bytes of it at most; a longer line is
 * skipped.
 */
public final class AgentStream {

    /** Far above the longest line seen (40 KB): the CLI moves larger tool results into files. */
    static final int MAX_LINE = 32 * 1024 * 1024;

    private static final ObjectReader READER =
            new JsonMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Consumer<AgentEvent> events;
    private byte[] line = new byte[0];
    private int length;
    private boolean overlong;
    /** Whether the current line has shown a brace; what stands before the first is not kept. */
    private boolean open;

    public AgentStream(Consumer<AgentEvent> events) {
        this.events = events;
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
                at = ByteSearch.indexOf(bytes, at, to, (byte) '{');
                open = at < to;
                continue;
            }
            int end = ByteSearch.indexOf(bytes, at, to, (byte) '\n');
            append(bytes, at, end);
            if (end == to) {
                return;
            }
            finishLine();
            at = end + 1;
        }
    }

    /** The terminal has closed: a last line without its end counts as well. */
    public void finish() {
        finishLine();
    }

    private void append(byte[] bytes, int from, int to) {
        int more = to - from;
        if (overlong || length + more > MAX_LINE) {
            overlong = true;
            return;
        }
        if (line.length < length + more) {
            line = Arrays.copyOf(line, Math.max(length + more, Math.min(2 * line.length + 1024, MAX_LINE)));
        }
        System.arraycopy(bytes, from, line, length, more);
        length += more;
    }

    private void finishLine() {
        int end = length;
        while (end > 0 && (line[end - 1] == '\r' || line[end - 1] == ' ')) {
            end--;
        }
        if (open && !overlong && looksLikeObject(end)) {
            publish(Arrays.copyOf(line, end));
        }
        if (line.length > KEPT) {
            line = new byte[0];
        }
        length = 0;
        open = false;
        overlong = false;
    }

    /** A buffer that one huge line has grown is given back. */
    private static final int KEPT = 256 * 1024;

    /** Cheap, so that a flood of source code does not cost an exception a line. */
    private boolean looksLikeObject(int end) {
        return end > 2 && line[0] == '{' && line[1] == '"' && line[end - 1] == '}';
    }

    private void publish(byte[] json) {
        try {
            JsonNode node = READER.readTree(json);
            if (node.isObject() && node.path("type").isTextual()) {
                events.accept(new AgentEvent(onOneLine(json), node));
            }
        } catch (IOException _) {
            // Not JSON: terminal text, which the transcript has anyway.
            return;
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
