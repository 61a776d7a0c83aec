package org.claudecluster.worker.apistub;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What the stub reads out of a Messages request: the prompt that steers it, and how far the turn has come.
 *
 * <p>The newest user message with a directive steers, also when later messages have none: the CLI adds user messages of its
 * own (nudges, notes about an interrupt), and those must not change the scenario. To go back to a plain answer in a later
 * prompt of the same session, say {@code [[stub:plain]]}.
 *
 * @param prompt the text of the steering message, directive included
 * @param results texts of the tool results that came after it: their number is the turn
 * @param tools whether the request offers the model any tool; the CLI's side requests (titles) do not
 */
record Conversation(
        String model, boolean streaming, boolean tools, String prompt, Directive directive, List<String> results) {

    private static final Pattern REMINDER = Pattern.compile("<system-reminder>.*?</system-reminder>", Pattern.DOTALL);

    Conversation {
        requireNonNull(model, "model");
        requireNonNull(prompt, "prompt");
        requireNonNull(directive, "directive");
        results = List.copyOf(results);
    }

    static Conversation of(JsonNode body) {
        List<JsonNode> messages = elements(body.path("messages")).toList();
        int steering = steering(messages);
        String prompt = steering < 0 ? "" : prompt(messages.get(steering));
        return new Conversation(
                body.path("model").asText("claude-stub"),
                body.path("stream").asBoolean(),
                !body.path("tools").isEmpty(),
                prompt,
                Directive.in(prompt).orElseGet(Directive::plain),
                messages.subList(steering + 1, messages.size()).stream()
                        .flatMap(Conversation::results)
                        .toList());
    }

    /** The prompt as a person meant it, without the directive. */
    String wording() {
        return prompt.replace(directive.marker(), "").strip();
    }

    int turn() {
        return results.size();
    }

    Optional<String> lastResult() {
        return results.isEmpty() ? Optional.empty() : Optional.of(results.getLast());
    }

    private static int steering(List<JsonNode> messages) {
        int typed = -1;
        int directed = -1;
        for (int i = 0; i < messages.size(); i++) {
            String text = prompt(messages.get(i));
            typed = text.isEmpty() ? typed : i;
            directed = Directive.in(text).isPresent() ? i : directed;
        }
        return directed < 0 ? typed : directed;
    }

    /** The last text of a user message that somebody typed; of several, one with a directive. Empty if there is none. */
    private static String prompt(JsonNode message) {
        if (!message.path("role").asText().equals("user")) {
            return "";
        }
        List<String> texts =
                texts(message.path("content")).filter(text -> !text.isEmpty()).toList();
        return texts.reversed().stream()
                .filter(text -> Directive.in(text).isPresent())
                .findFirst()
                .orElse(texts.isEmpty() ? "" : texts.getLast());
    }

    private static Stream<String> results(JsonNode message) {
        return elements(message.path("content"))
                .filter(block -> block.path("type").asText().equals("tool_result"))
                .map(block -> String.join("\n", texts(block.path("content")).toList()));
    }

    /** The texts of a {@code content}, one string or a list of blocks, without what the CLI slips in for the model. */
    private static Stream<String> texts(JsonNode content) {
        Stream<String> texts = content.isTextual()
                ? Stream.of(content.asText())
                : elements(content)
                        .filter(block -> block.path("type").asText().equals("text"))
                        .map(block -> block.path("text").asText());
        return texts.map(text -> REMINDER.matcher(text).replaceAll("").strip());
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
