package org.claudecluster.worker.claude;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** What the real CLI printed, and ways to feed it. */
public final class Recordings {

    /** When those were made that tell of a limit. */
    public static final Instant RECORDED = Instant.parse("2026-11-24T00:01:40Z");

    private Recordings() {}

    public static byte[] bytes(String name) {
        try (InputStream file = Recordings.class.getResourceAsStream("/cli/2.1.330/" + name + ".jsonl")) {
            if (file == null) {
                throw new IllegalArgumentException("no recording " + name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The events that come out when the bytes arrive in pieces; {@code next} is asked for each piece's size. */
    static List<AgentEvent> events(byte[] printed, IntUnaryOperator next) {
        List<AgentEvent> events = new ArrayList<>();
        AgentStream stream = new AgentStream(events::add);
        for (int at = 0; at < printed.length; ) {
            int size = Math.clamp(next.applyAsInt(at), 1, printed.length - at);
            stream.accept(ByteBuffer.wrap(printed, at, size));
            at += size;
        }
        stream.finish();
        return events;
    }

    static List<AgentEvent> events(String printed) {
        return events(printed.getBytes(StandardCharsets.UTF_8), _ -> Integer.MAX_VALUE);
    }

    /** A report as a session makes it: output and events in the order in which they come. */
    public static RunReport report(byte[] printed) {
        RunReport report = new RunReport(InstantSource.fixed(RECORDED));
        AgentStream stream = new AgentStream(report::event, report::output);
        stream.accept(ByteBuffer.wrap(printed));
        stream.finish();
        return report;
    }

    public static RunReport report(String printed) {
        return report(printed.getBytes(StandardCharsets.UTF_8));
    }
}
