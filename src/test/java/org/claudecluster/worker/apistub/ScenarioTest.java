package org.claudecluster.worker.apistub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.claudecluster.worker.apistub.StubClient.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ScenarioTest {

    private final AnthropicStub stub = AnthropicStub.start();
    private final StubClient client = new StubClient(stub.baseUrl());

    @AfterEach
    void close() {
        client.close();
        stub.close();
    }

    @Test
    void bash_calls_the_tool_with_the_quoted_command() throws Exception {
        JsonNode answer = client.whole("[[stub:bash cmd=\"echo \\\"hi\\\" ]]; id\"]]");

        assertThat(answer.path("stop_reason").asText()).isEqualTo("tool_use");
        assertThat(answer.at("/content/1/name").asText()).isEqualTo("Bash");
        assertThat(answer.at("/content/1/input/command").asText()).isEqualTo("echo \"hi\" ]]; id");
    }

    @Test
    void bash_ends_with_the_result_of_the_tool() throws Exception {
        JsonNode answer = client.whole("[[stub:bash cmd=id]]", "uid=0 <system-reminder>be brief</system-reminder>");

        assertThat(answer.at("/content/0/text").asText()).isEqualTo("STUB_DONE uid=0");
        assertThat(answer.path("stop_reason").asText()).isEqualTo("end_turn");
    }

    @Test
    void a_streamed_tool_call_carries_its_input_as_pieces_of_json() throws Exception {
        String input = StubClient.pieces(client.stream("[[stub:write path=a.txt content=\"1\\n2\"]]"), "partial_json");

        assertThat(StubClient.parse(input))
                .isEqualTo(StubClient.parse("{\"file_path\":\"a.txt\",\"content\":\"1\\n2\"}"));
    }

    @Test
    void a_failure_may_come_after_a_tool() throws Exception {
        String prompt = "[[stub:status code=529 after=1 times=1]] go";

        assertThat(client.whole(prompt).path("stop_reason").asText()).isEqualTo("tool_use");
        assertThat(client.whole(prompt, "").at("/error/type").asText()).isEqualTo("overloaded_error");
        assertThat(client.whole(prompt, "").at("/content/0/text").asText()).isEqualTo("STUB_OK: go");
    }

    @Test
    void any_tool_can_be_called_with_any_input() throws Exception {
        JsonNode answer = client.whole("[[stub:tool name=StructuredOutput input='{\"answer\":42}']]");

        assertThat(answer.at("/content/1/name").asText()).isEqualTo("StructuredOutput");
        assertThat(answer.at("/content/1/input/answer").asInt()).isEqualTo(42);
    }

    @Test
    void a_request_that_offers_no_tools_gets_no_tool_call() throws Exception {
        JsonNode answer = client.wholeWithoutTools("a title please [[stub:bash cmd=id]]");

        assertThat(answer.at("/content/0/text").asText()).isEqualTo("STUB_OK: a title please");
    }

    @Test
    void loop_calls_a_tool_at_every_turn_under_a_new_id() throws Exception {
        JsonNode first = client.whole("[[stub:loop]]");
        JsonNode second = client.whole("[[stub:loop]]", "done");

        assertThat(second.path("stop_reason").asText()).isEqualTo("tool_use");
        assertThat(second.at("/content/1/id")).isNotEqualTo(first.at("/content/1/id"));
    }

    @Test
    void status_answers_with_the_error_of_that_code() throws Exception {
        HttpResponse<String> response = client.post("[[stub:status code=529 retry-after=7 should-retry=false]]");

        assertThat(response.statusCode()).isEqualTo(529);
        assertThat(StubClient.parse(response.body()).at("/error/type").asText()).isEqualTo("overloaded_error");
        assertThat(response.headers().firstValue("retry-after")).contains("7");
        assertThat(response.headers().firstValue("x-should-retry")).contains("false");
    }

    @Test
    void status_can_pass_after_so_many_times() throws Exception {
        String prompt = "go on [[stub:status code=429 times=2]]";

        assertThat(client.post(prompt).statusCode()).isEqualTo(429);
        assertThat(client.post(prompt).statusCode()).isEqualTo(429);
        assertThat(client.whole(prompt).at("/content/0/text").asText()).isEqualTo("STUB_OK: go on");
    }

    @Test
    void times_are_counted_for_each_prompt_alone() throws Exception {
        assertThat(client.post("[[stub:status code=500 times=1 id=a]]").statusCode())
                .isEqualTo(500);
        assertThat(client.post("[[stub:status code=500 times=1 id=b]]").statusCode())
                .isEqualTo(500);
    }

    @Test
    void a_used_up_limit_says_in_its_headers_when_it_is_lifted() throws Exception {
        long now = Instant.now().getEpochSecond();
        HttpResponse<String> response = client.post("[[stub:limit claim=seven_day in=5000]]");

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("anthropic-ratelimit-unified-status"))
                .contains("rejected");
        assertThat(response.headers().firstValue("anthropic-ratelimit-unified-representative-claim"))
                .contains("seven_day");
        assertThat(response.headers()
                        .firstValueAsLong("anthropic-ratelimit-unified-reset")
                        .orElseThrow())
                .isBetween(now + 5000, now + 5030);
    }

    @Test
    void a_limit_that_is_near_comes_with_an_answer() throws Exception {
        HttpResponse<String> response = client.post("hi [[stub:limit status=allowed_warning]]");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("anthropic-ratelimit-unified-status"))
                .contains("allowed_warning");
    }

    @Test
    void refusal_is_a_stop_reason_without_content() throws Exception {
        JsonNode answer = client.whole("[[stub:refusal]]");

        assertThat(answer.path("stop_reason").asText()).isEqualTo("refusal");
        assertThat(answer.path("content")).isEmpty();
    }

    @Test
    void cut_loses_the_connection_in_the_middle() {
        assertThatThrownBy(() -> client.stream("[[stub:cut]]")).isInstanceOf(IOException.class);
    }

    @Test
    void cut_can_end_the_stream_without_its_last_events() throws Exception {
        assertThat(client.stream("[[stub:cut how=end]]"))
                .extracting(Event::name)
                .endsWith("content_block_delta")
                .doesNotContain("message_stop");
    }

    @Test
    void cut_answers_the_repeat_that_does_not_stream() throws Exception {
        assertThat(client.whole("again [[stub:cut]]").at("/content/0/text").asText())
                .isEqualTo("STUB_OK: again");
    }

    @Test
    void cut_breaks_the_repeat_too_when_told_so() throws Exception {
        HttpResponse<String> response = client.post("[[stub:cut always=true]]");

        assertThatThrownBy(() -> StubClient.parse(response.body())).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void cut_can_pass_after_so_many_times() throws Exception {
        assertThat(client.stream("[[stub:cut how=end times=1]]"))
                .extracting(Event::name)
                .doesNotContain("message_stop");
        assertThat(client.stream("[[stub:cut how=end times=1]]"))
                .extracting(Event::name)
                .endsWith("message_stop");
    }

    @Test
    void stall_begins_an_answer_and_falls_silent() throws Exception {
        try (var lines = client.lines("[[stub:stall]]")) {
            assertThat(lines.limit(3).toList()).contains("event: message_start");
        }
    }

    @Test
    void pings_are_all_that_pings_sends() throws Exception {
        try (var lines = client.lines("[[stub:pings ms=10]]")) {
            assertThat(lines.filter(line -> line.startsWith("event:")).limit(5)).containsOnly("event: ping");
        }
    }

    @Test
    void slow_sends_the_words_one_by_one() throws Exception {
        long start = System.nanoTime();
        String text = StubClient.text(client.stream("[[stub:slow n=4 ms=20]]"));

        assertThat(text).isEqualTo("w1 w2 w3 w4 ");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(80));
    }

    @Test
    void big_is_one_answer_of_the_wanted_length() throws Exception {
        assertThat(StubClient.text(client.stream("[[stub:big bytes=1000001]]"))).hasSize(1_000_001);
    }
}
