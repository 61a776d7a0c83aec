package org.claudecluster.worker.apistub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.claudecluster.worker.apistub.StubClient.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AnthropicStubTest {

    private final AnthropicStub stub = AnthropicStub.start();
    private final StubClient client = new StubClient(stub.baseUrl());

    @AfterEach
    void close() {
        client.close();
        stub.close();
    }

    @Test
    void a_prompt_without_a_directive_is_echoed() throws Exception {
        JsonNode answer = client.whole("hello there");

        assertThat(answer.at("/content/0/text").asText()).isEqualTo("STUB_OK: hello there");
        assertThat(answer.path("stop_reason").asText()).isEqualTo("end_turn");
        assertThat(answer.path("model").asText()).isEqualTo("claude-test");
    }

    @Test
    void a_long_prompt_is_echoed_up_to_its_200th_character() throws Exception {
        JsonNode answer = client.whole("ä".repeat(300) + " [[stub:plain]]");

        assertThat(answer.at("/content/0/text").asText()).isEqualTo("STUB_OK: " + "ä".repeat(200));
    }

    @Test
    void a_streamed_answer_is_a_message_opened_filled_and_closed() throws Exception {
        assertThat(client.stream("hello there"))
                .extracting(Event::name)
                .containsExactly(
                        "message_start",
                        "ping",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
    }

    @Test
    void every_event_names_its_type_in_its_data_too() throws Exception {
        assertThat(client.stream("hello there"))
                .allMatch(event -> event.data().path("type").asText().equals(event.name()));
    }

    @Test
    void a_streamed_text_comes_in_pieces_that_make_up_the_whole() throws Exception {
        assertThat(StubClient.text(client.stream("x".repeat(100)))).isEqualTo("STUB_OK: " + "x".repeat(100));
    }

    @Test
    void usage_is_the_same_for_the_same_answer() throws Exception {
        JsonNode first = client.whole("hello there").path("usage");

        assertThat(client.whole("hello there").path("usage")).isEqualTo(first);
        assertThat(first.path("input_tokens").asInt()).isEqualTo(100);
        assertThat(first.path("output_tokens").asInt()).isEqualTo(5);
    }

    @Test
    void the_bill_has_the_usage_of_each_whole_answer_by_account() throws Exception {
        client.whole("hello there [[stub:plain account=one]]");
        client.stream("hello there [[stub:plain account=one]]");
        client.post("[[stub:status code=529 account=one]]");
        client.stream("[[stub:cut account=one how=end]]");
        client.whole("hello there");

        assertThat(stub.bill())
                .containsExactlyInAnyOrder(
                        new Charge("one", "claude-test", 200, 10, 80, 40),
                        new Charge("", "claude-test", 100, 5, 40, 20));
    }

    @Test
    void the_bill_is_in_millionths_of_a_dollar() {
        Charge charge = new Charge("one", "claude-sonnet-4-5", 100, 5, 40, 20);

        assertThat(Charge.sum(List.of(charge, charge)).micros()).isEqualTo(2 * (300 + 75 + 12 + 75));
    }

    @Test
    void hang_is_heard_of_only_when_the_stub_closes() {
        CompletableFuture<HttpResponse<String>> response = client.postLater("[[stub:hang]]");
        await().until(() -> stub.requests().size() == 1);

        assertThat(response).isNotDone();
        stub.close();
        assertThat(response).failsWithin(Duration.ofSeconds(10)).withThrowableOfType(ExecutionException.class);
    }

    @Test
    void the_newest_directive_counts_and_later_messages_without_one_do_not() throws Exception {
        JsonNode answer = client.conversation("""
                {"messages": [
                  {"role": "user", "content": "[[stub:refusal]]"},
                  {"role": "assistant", "content": "no"},
                  {"role": "user", "content": [{"type": "text", "text": "second [[stub:plain]]"}]},
                  {"role": "assistant", "content": []},
                  {"role": "user", "content": "a nudge by the CLI"}]}
                """);

        assertThat(answer.at("/content/0/text").asText()).isEqualTo("STUB_OK: second");
    }

    @Test
    void reminders_are_not_taken_for_the_prompt() throws Exception {
        JsonNode answer = client.conversation("""
                {"messages": [{"role": "user", "content": [
                  {"type": "text", "text": "the prompt"},
                  {"type": "text", "text": "<system-reminder>[[stub:refusal]]\\nmore</system-reminder>"}]}]}
                """);

        assertThat(answer.at("/content/0/text").asText()).isEqualTo("STUB_OK: the prompt");
    }

    @Test
    void a_scenario_that_does_not_exist_is_a_bad_request() throws Exception {
        HttpResponse<String> response = client.post("[[stub:nonsense]]");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("NONSENSE");
    }

    @Test
    void a_directive_without_an_end_is_a_bad_request() throws Exception {
        assertThat(client.post("[[stub:bash cmd=\"never closed]]").statusCode()).isEqualTo(400);
    }

    @Test
    void without_the_required_key_the_answer_is_401() throws Exception {
        stub.requireKey("another");

        assertThat(client.post("hello").statusCode()).isEqualTo(401);
    }

    @Test
    void the_required_key_opens_the_door() throws Exception {
        stub.requireKey(StubClient.KEY);

        assertThat(client.post("hello").statusCode()).isEqualTo(200);
    }

    @Test
    void requests_show_their_text_but_not_their_secret() throws Exception {
        client.post("hello there");

        ApiRequest request = stub.requests().getFirst();
        assertThat(request.asksTheModel()).isTrue();
        assertThat(request.path()).isEqualTo("/v1/messages?beta=true");
        assertThat(request.body()).contains("hello there");
        assertThat(request.headers()).containsEntry("x-api-key", "...cdef");
        assertThat(request.toString()).doesNotContain(StubClient.KEY);
    }

    @Test
    void the_probe_of_the_root_is_answered() throws Exception {
        assertThat(client.send("HEAD", "/").statusCode()).isEqualTo(200);
        assertThat(stub.requests()).noneMatch(ApiRequest::asksTheModel);
    }

    @Test
    void an_unknown_path_is_not_found() throws Exception {
        assertThat(client.send("GET", "/nowhere").statusCode()).isEqualTo(404);
    }
}
