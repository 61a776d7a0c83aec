package org.claudecluster.worker.api.stream;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.claudecluster.worker.api.http.ByteSink;
import org.claudecluster.worker.api.http.JsonText;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;

/** Turns records into server-sent events (WHATWG HTML, section 9.2): the one codec of live and replayed streams. */
public final class SseFrames {

    private static final byte[] ID = ascii("id: ");
    private static final byte[] OUTPUT = ascii("\nevent: output\ndata: {\"data\":\"");
    private static final byte[] OUTPUT_END = ascii("\"}\n\n");
    private static final byte[] AGENT = ascii("\nevent: agent\ndata: ");
    private static final byte[] STATUS = ascii("\nevent: status\ndata: ");
    private static final byte[] RESIZE = ascii("\nevent: resize\ndata: \"");
    private static final byte[] END = ascii("\n\n");

    /** Output that stands together is sent as one event of about this size; its id is that of its last record. */
    public static final int MERGED_BYTES = 32 * 1024;

    private SseFrames() {}

    /**
     * The events of these records, neighbouring output merged, in blocks of at most about {@link #MERGED_BYTES} or one
     * event.
     */
    static List<FrameBlock> of(List<TranscriptRecord> records) {
        List<FrameBlock> blocks = new ArrayList<>();
        ByteSink sink = new ByteSink(sizeOf(records));
        int from = 0;
        while (from < records.size()) {
            int to = endOfRun(records, from);
            write(records.subList(from, to), sink);
            if (to == records.size() || sink.length() >= MERGED_BYTES) {
                blocks.add(new FrameBlock(sink.toBytes(), records.get(to - 1).seq()));
                sink = new ByteSink(sizeOf(records.subList(to, records.size())));
            }
            from = to;
        }
        return blocks;
    }

    /** With what is escaped and what an event has around it, so that most blocks need not grow. */
    private static int sizeOf(List<TranscriptRecord> records) {
        int bytes = 0;
        for (TranscriptRecord record : records) {
            bytes += record.bytes().length + 64;
            if (bytes >= MERGED_BYTES) {
                break;
            }
        }
        return bytes + bytes / 8;
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
