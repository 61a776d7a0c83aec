package org.claudecluster.worker.api;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;

/** Turns records into server-sent events (WHATWG HTML, section 9.2): the one codec of live and replayed streams. */
final class SseFrames {

    private static final byte[] ID = ascii("id: ");
    private static final byte[] OUTPUT = ascii("\nevent: output\ndata: {\"data\":\"");
    private static final byte[] OUTPUT_END = ascii("\"}\n\n");
    private static final byte[] AGENT = ascii("\nevent: agent\ndata: ");
    private static final byte[] STATUS = ascii("\nevent: status\ndata: ");
    private static final byte[] RESIZE = ascii("\nevent: resize\ndata: \"");
    private static final byte[] END = ascii("\n\n");

    /** Output that stands together is sent as one event of about this size; its id is that of its last record. */
    static final int MERGED_BYTES = 64 * 1024;

    private SseFrames() {}

    static byte[] of(TranscriptRecord record) {
        ByteSink sink = new ByteSink(record.bytes().length + record.bytes().length / 8 + 64);
        write(List.of(record), sink);
        return sink.toBytes();
    }

    /** Many records at once, neighbouring output merged. */
    static Buffer of(List<TranscriptRecord> records) {
        int bytes = records.stream().mapToInt(record -> record.bytes().length).sum();
        ByteSink sink = new ByteSink(bytes + bytes / 8 + 64 * records.size());
        int from = 0;
        while (from < records.size()) {
            int to = endOfRun(records, from);
            write(records.subList(from, to), sink);
            from = to;
        }
        return Buffer.buffer(sink.length()).appendBytes(sink.array(), 0, sink.length());
    }

    static byte[] event(long id, String name, byte[] json) {
        ByteSink sink = new ByteSink(json.length + 64);
        if (id > 0) {
            sink.put(ascii("id: " + id + "\n"));
        }
        sink.put(ascii("event: " + name + "\ndata: "));
        sink.put(json);
        sink.put(END);
        return sink.toBytes();
    }

    static byte[] comment(String text) {
        return ascii(": " + text + "\n\n");
    }

    private static int endOfRun(List<TranscriptRecord> records, int from) {
        if (records.get(from).kind() != Kind.OUTPUT) {
            return from + 1;
        }
        int bytes = 0;
        int to = from;
        while (to < records.size() && records.get(to).kind() == Kind.OUTPUT && bytes < MERGED_BYTES) {
            bytes += records.get(to).bytes().length;
            to++;
        }
        return to;
    }

    /** One event: a single record, or a run of output. */
    private static void write(List<TranscriptRecord> run, ByteSink sink) {
        TranscriptRecord last = run.getLast();
        sink.put(ID);
        sink.put(ascii(Long.toString(last.seq())));
        switch (last.kind()) {
            case OUTPUT -> {
                sink.put(OUTPUT);
                for (TranscriptRecord record : run) {
                    JsonText.escape(record.bytes(), sink);
                }
                sink.put(OUTPUT_END);
            }
            case AGENT -> raw(AGENT, last.bytes(), sink);
            case STATUS -> raw(STATUS, last.bytes(), sink);
            case RESIZE -> {
                sink.put(RESIZE);
                sink.put(last.bytes());
                sink.put((byte) '"');
                sink.put(END);
            }
        }
    }

    private static void raw(byte[] head, byte[] json, ByteSink sink) {
        sink.put(head);
        sink.put(json);
        sink.put(END);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
