package org.claudecluster.worker.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import org.claudecluster.worker.api.http.ByteSink;
import org.claudecluster.worker.api.http.JsonText;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;

/** Writes asciicast v2 (docs.asciinema.org/manual/asciicast/v2): a header line, then {@code [seconds, "o", data]}. */
final class Asciicast {

    private final OutputStream out;
    private final long start;

    Asciicast(OutputStream out, int cols, int rows, Instant start) throws IOException {
        this.out = out;
        this.start = start.toEpochMilli();
        String header = String.format(
                Locale.ROOT,
                "{\"version\": 2, \"width\": %d, \"height\": %d, \"timestamp\": %d, \"env\": {\"TERM\": \"xterm-256color\"}}\n",
                cols,
                rows,
                start.getEpochSecond());
        out.write(header.getBytes(StandardCharsets.US_ASCII));
    }

    void accept(TranscriptRecord record) throws IOException {
        if (record.kind() != Kind.OUTPUT && record.kind() != Kind.RESIZE) {
            return;
        }
        double seconds = Math.max(0, record.atMillis() - start) / 1000.0;
        ByteSink line = new ByteSink(record.bytes().length + 32);
        String code = record.kind() == Kind.OUTPUT ? "o" : "r";
        line.put(String.format(Locale.ROOT, "[%.3f, \"%s\", \"", seconds, code).getBytes(StandardCharsets.US_ASCII));
        JsonText.escape(record.bytes(), line);
        line.put("\"]\n".getBytes(StandardCharsets.US_ASCII));
        out.write(line.array(), 0, line.length());
    }
}
