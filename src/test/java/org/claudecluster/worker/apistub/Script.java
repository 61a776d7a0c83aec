package org.claudecluster.worker.apistub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.claudecluster.worker.apistub.Reply.Block;

/**
 * Turns a conversation into a reply. All state is in the conversation, but for {@code times=K}, which has to count requests
 * that the conversation does not show.
 */
final class Script {

    private static final int ECHOED = 200;
    private static final int PIECE = 40;
    private static final int BIG_PIECE = 4096;
    private static final List<String> HALF_AN_ANSWER = List.of("half ", "an ", "ans");

    private final InstantSource clock;
    private final ObjectMapper json;
    private final ConcurrentMap<String, Integer> seen = new ConcurrentHashMap<>();

    Script(InstantSource clock, ObjectMapper json) {
        this.clock = clock;
        this.json = json;
    }

    /** @throws IllegalArgumentException when the directive names no scenario or has a bad option */
    Reply reply(Conversation conversation) {
        Directive directive = conversation.directive();
        return switch (Scenario.named(directive.name())) {
            case PLAIN -> plain(conversation);
            case BASH -> once(conversation, bash(directive.option("cmd", "echo stub")));
            case WRITE ->
                once(
                        conversation,
                        new Block.ToolUse(
                                "Write",
                                object("file_path", directive.option("path", "stub.txt"))
                                        .put("content", directive.option("content", "stub\n"))));
            case TOOL ->
                once(
                        conversation,
                        new Block.ToolUse(directive.option("name", "Read"), parsed(directive.option("input", "{}"))));
            case LOOP -> loop(conversation, bash(directive.option("cmd", "true")));
            case STATUS -> failing(conversation, () -> status(directive));
            case LIMIT -> failing(conversation, () -> limit(conversation));
            case REFUSAL -> new Reply.Message(List.of(), "refusal");
            case CUT -> mended(conversation) ? plain(conversation) : cut(directive);
            case HANG -> new Reply.Hang();
            case STALL -> new Reply.Stall(HALF_AN_ANSWER);
            case PINGS -> new Reply.Pings(millis(directive, 1000));
            case SLOW -> slow(directive);
            case BIG -> big(directive.number("bytes", 100_000));
        };
    }

    private static Reply.Message plain(Conversation conversation) {
        String wording = conversation.wording();
        int end = wording.offsetByCodePoints(0, Math.min(ECHOED, wording.codePointCount(0, wording.length())));
        return said(Block.Text.of("STUB_OK: " + wording.substring(0, end), PIECE));
    }

    private static Reply once(Conversation conversation, Block.ToolUse call) {
        if (!conversation.tools()) {
            return plain(conversation);
        }
        return conversation
                .lastResult()
                .map(result -> said(Block.Text.of("STUB_DONE " + result, BIG_PIECE)))
                .orElseGet(() -> calling("Running a tool.", call));
    }

    private static Reply loop(Conversation conversation, Block.ToolUse call) {
        return conversation.tools() ? calling("Step " + (conversation.turn() + 1) + ".", call) : plain(conversation);
    }

    private Reply failing(Conversation conversation, Supplier<Reply> failure) {
        if (conversation.turn() < conversation.directive().number("after", 0)) {
            return loop(conversation, bash("true"));
        }
        return spent(conversation) ? plain(conversation) : failure.get();
    }

    private static Reply status(Directive directive) {
        int code = directive.number("code", 500);
        Map<String, String> headers = new LinkedHashMap<>();
        copy(directive, "retry-after", headers, "retry-after");
        copy(directive, "should-retry", headers, "x-should-retry");
        return ErrorShapes.error(code, headers);
    }

    /** The headers are those that the CLI reads; what the real API sends with them besides is not known here. */
    private Reply limit(Conversation conversation) {
        Directive directive = conversation.directive();
        String claim = directive.option("claim", "five_hour");
        String status = directive.option("status", "rejected");
        long reset = clock.instant().getEpochSecond() + directive.number("in", 3600);
        Map<String, String> headers = ErrorShapes.limitHeaders(claim, status, reset);
        copy(directive, "retry-after", headers, "retry-after");
        if (!status.equals("rejected")) {
            Reply.Message plain = plain(conversation);
            return new Reply.Message(plain.blocks(), plain.stopReason(), plain.pace(), headers);
        }
        return new Reply.ApiError(
                429,
                "rate_limit_error",
                "This request would exceed your account's rate limit. Please try again later.",
                headers);
    }

    private static Reply cut(Directive directive) {
        return new Reply.Cut(
                HALF_AN_ANSWER,
                switch (directive.option("how", "drop")) {
                    case "drop" -> true;
                    case "end" -> false;
                    default -> throw new IllegalArgumentException("how is drop or end: " + directive.marker());
                });
    }

    private boolean mended(Conversation conversation) {
        boolean repeated = !conversation.streaming()
                && !conversation.directive().option("always", "false").equals("true");
        return repeated || spent(conversation);
    }

    private static Reply slow(Directive directive) {
        List<String> words = IntStream.rangeClosed(1, directive.number("n", 20))
                .mapToObj(i -> "w" + i + " ")
                .toList();
        return new Reply.Message(List.of(new Block.Text(words)), "end_turn", millis(directive, 100), Map.of());
    }

    private static Reply big(int bytes) {
        String line = "0123456789abcde\n";
        return said(Block.Text.of(line.repeat(bytes / line.length() + 1).substring(0, bytes), BIG_PIECE));
    }

    /** Counts this request of the prompt, and says whether the directive's {@code times} have been used up. */
    private boolean spent(Conversation conversation) {
        int times = conversation.directive().number("times", Integer.MAX_VALUE);
        return times < Integer.MAX_VALUE && seen.merge(conversation.prompt(), 1, Integer::sum) > times;
    }

    private static Reply.Message said(Block.Text text) {
        return new Reply.Message(List.of(text), "end_turn");
    }

    private static Reply.Message calling(String text, Block.ToolUse call) {
        return new Reply.Message(List.of(Block.Text.of(text, PIECE), call), "tool_use");
    }

    private static Block.ToolUse bash(String command) {
        return new Block.ToolUse("Bash", object("command", command).put("description", "a command of the stub"));
    }

    private static ObjectNode object(String key, String value) {
        return JsonNodeFactory.instance.objectNode().put(key, value);
    }

    private JsonNode parsed(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + text, e);
        }
    }

    private static Duration millis(Directive directive, int otherwise) {
        return Duration.ofMillis(directive.number("ms", otherwise));
    }

    private static void copy(Directive from, String option, Map<String, String> to, String header) {
        String value = from.option(option, "");
        if (!value.isEmpty()) {
            to.put(header, value);
        }
    }
}
