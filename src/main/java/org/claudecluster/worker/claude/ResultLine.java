package org.claudecluster.worker.claude;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.task.result.CostReport;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.Usage;

/**
 * The CLI's {@code result} line (2.1.197 to 2.1.332: the same fields in another order), read and bounded, not judged.
 * Every field is optional there, since error results leave some out, and none is trusted to be of its type.
 *
 * @param subtype empty where the line has none
 * @param stopReason why the model stopped for the last time; empty where it is null or absent
 * @param words what the line itself says for people: the answer, or the first error; may be empty
 * @param failure what the failure of the API means that the line tells of; empty where it tells of a success
 * @param answered whether the agent had the last word: an answer, or output that a schema asked for
 */
public record ResultLine(
        String subtype,
        boolean isError,
        String stopReason,
        String words,
        Optional<Reason> failure,
        boolean answered,
        TaskResult result) {

    private static final int NAME = 100;
    private static final int UUID_LENGTH = 36;
    private static final long MOST_TOKENS = 1_000_000_000_000_000L;

    public ResultLine {
        requireNonNull(subtype, "subtype");
        requireNonNull(stopReason, "stopReason");
        requireNonNull(words, "words");
        requireNonNull(failure, "failure");
        requireNonNull(result, "result");
    }

    /**
     * Reads the line.
     *
     * @param apiError the CLI's word for the failure of the API before it, if any
     * @param spoken what the assistant said last
     * @param spokeLast whether nothing was begun after that
     */
    static ResultLine of(JsonNode line, String apiError, String spoken, boolean spokeLast) {
        Optional<String> answer = text(line.path("result")).filter(text -> !text.isBlank());
        Optional<String> structured = Optional.of(line.path("structured_output"))
                .filter(node -> !node.isMissingNode() && !node.isNull())
                .map(JsonNode::toString);
        boolean answered = answer.isPresent() || structured.isPresent() || (spokeLast && !spoken.isBlank());
        Optional<String> shown = answer.or(() -> Optional.of(spoken).filter(text -> !text.isBlank()))
                .or(() -> text(line.path("result")));
        Optional<CostReport> cost = CostLine.of(line);
        String subtype = name(line.path("subtype"));
        boolean isError = isError(line.path("is_error"));
        return new ResultLine(
                subtype,
                isError,
                name(line.path("stop_reason")),
                answer.or(() -> text(line.path("errors").path(0))).orElse(""),
                isSuccess(subtype, isError) ? Optional.empty() : Optional.of(Failures.reason(line, apiError)),
                answered,
                new TaskResult(
                        shown,
                        text(line.path("session_id")).filter(ResultLine::isSession),
                        turns(line.path("num_turns")),
                        cost.map(told -> CostReport.usd(told.micros())).orElse(BigDecimal.ZERO),
                        usage(line.path("usage")),
                        line.path("permission_denials").isArray()
                                ? line.path("permission_denials").toString()
                                : "[]",
                        structured,
                        cost));
    }

    private static boolean isSuccess(String subtype, boolean isError) {
        return subtype.equals("success") && !isError;
    }

    /** Whether it calls the run a success. */
    public boolean isSuccess() {
        return isSuccess(subtype, isError);
    }

    /** Absent and null say no; what is neither yes nor no can't be taken for a no. */
    private static boolean isError(JsonNode told) {
        boolean no = told.isMissingNode()
                || told.isNull()
                || (told.isBoolean() && !told.asBoolean())
                || (told.isTextual() && told.asText().equals("false"));
        return !no;
    }

    private static String name(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return "";
        }
        String name = node.isTextual() ? node.asText() : node.toString();
        return name.length() <= NAME ? name : name.substring(0, NAME);
    }

    /** A value of another type is shown as it stands. */
    private static Optional<String> text(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        return Optional.of(node.isTextual() ? node.asText() : node.toString());
    }

    /** What is no UUID names no session that a follow-up could go on with. */
    private static boolean isSession(String id) {
        try {
            return id.length() == UUID_LENGTH && UUID.fromString(id).toString().equalsIgnoreCase(id);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static int turns(JsonNode node) {
        return (int) count(node, Integer.MAX_VALUE);
    }

    private static Usage usage(JsonNode usage) {
        return new Usage(
                count(usage.path("input_tokens"), MOST_TOKENS),
                count(usage.path("output_tokens"), MOST_TOKENS),
                count(usage.path("cache_read_input_tokens"), MOST_TOKENS),
                count(usage.path("cache_creation_input_tokens"), MOST_TOKENS));
    }

    private static long count(JsonNode node, long most) {
        return node.isNumber() ? (long) Math.clamp(node.asDouble(), 0, (double) most) : 0;
    }
}
