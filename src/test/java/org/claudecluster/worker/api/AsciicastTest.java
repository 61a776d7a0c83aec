package org.claudecluster.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;
import org.junit.jupiter.api.Test;

class AsciicastTest {

    private static final Instant START = Instant.parse("2026-01-02T03:04:05.500Z");

    @Test
    void the_header_says_version_2_size_and_start() throws IOException {
        JsonNode header = lines().getFirst();
        assertThat(header.path("version").asInt()).isEqualTo(2);
        assertThat(header.path("width").asInt()).isEqualTo(100);
        assertThat(header.path("height").asInt()).isEqualTo(30);
        assertThat(header.path("timestamp").asLong()).isEqualTo(START.getEpochSecond());
        assertThat(header.path("env").path("TERM").asText()).isEqualTo("xterm-256color");
    }

    @Test
    void output_and_sizes_are_events_and_nothing_else_is() throws IOException {
        List<JsonNode> lines = lines(
                record(0, Kind.OUTPUT, "a\"\u001b[0m\n"),
                record(10, Kind.AGENT, "{}"),
                record(20, Kind.STATUS, "{}"),
                record(1_234, Kind.RESIZE, "120x40"),
                record(3_600_001, Kind.OUTPUT, "ä"));
        assertThat(lines.subList(1, lines.size()))
                .extracting(JsonNode::toString)
                .containsExactly(
                        "[0.0,\"o\",\"a\\\"\\u001B[0m\\n\"]", "[1.234,\"r\",\"120x40\"]", "[3600.001,\"o\",\"ä\"]");
    }

    @Test
    void a_clock_that_went_back_gives_no_negative_time() throws IOException {
        assertThat(lines(record(-5_000, Kind.OUTPUT, "x")).get(1).get(0).asDouble())
                .isZero();
    }

    @Test
    void numbers_are_json_in_every_locale() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(lines(record(1_500, Kind.OUTPUT, "x"))
                            .getFirst()
                            .path("width")
                            .asInt())
                    .isEqualTo(100);
        } finally {
            Locale.setDefault(before);
        }
    }

    private static TranscriptRecord record(long afterStart, Kind kind, String text) {
        return new TranscriptRecord(1, START.toEpochMilli() + afterStart, kind, text.getBytes(UTF_8));
    }

    private static List<JsonNode> lines(TranscriptRecord... records) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Asciicast cast = new Asciicast(out, 100, 30, START);
        for (TranscriptRecord record : records) {
            cast.accept(record);
        }
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString(UTF_8).lines().toList()) {
            lines.add(new JsonMapper().readTree(line));
        }
        return lines;
    }
}
