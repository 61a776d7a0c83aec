package org.claudecluster.worker.e2e;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads server-sent events (WHATWG HTML, section 9.2) as strict UTF-8: a split character is an error. */
public final class SseStream implements AutoCloseable {

    private final InputStream in;

    SseStream(InputStream in) {
        this.in = new BufferedInputStream(in, 256 * 1024);
    }

    /** One event; the id is 0 when it has none. */
    public record Event(long id, String name, String data) {

        /** The text of an {@code output} event. */
        public String output() {
            return Api.json(data).path("data").asText();
        }
    }

    /** The next event; empty at the end of the stream. Comments are skipped. */
    public Optional<Event> next() {
        long id = 0;
        String name = "message";
        List<String> data = new ArrayList<>();
        while (true) {
            Optional<String> read = line();
            if (read.isEmpty()) {
                return Optional.empty();
            }
            String line = read.get();
            if (line.isEmpty() && !data.isEmpty()) {
                return Optional.of(new Event(id, name, String.join("\n", data)));
            }
            if (line.startsWith("id: ")) {
                id = Long.parseLong(line.substring(4));
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data.add(line.substring(6));
            }
        }
    }

    /** At most so many events; fewer when the stream ends. */
    public List<Event> next(int atMost) {
        List<Event> events = new ArrayList<>();
        while (events.size() < atMost) {
            Optional<Event> event = next();
            if (event.isEmpty()) {
                return events;
            }
            events.add(event.get());
        }
        return events;
    }

    /** All events up to the end of the stream. */
    public List<Event> rest() {
        return next(Integer.MAX_VALUE);
    }

    /** Hands over each event as it comes, up to the end of the stream. */
    public void rest(Consumer<Event> to) {
        for (Optional<Event> event = next(); event.isPresent(); event = next()) {
            to.accept(event.get());
        }
    }

    private Optional<String> line() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            int b = in.read();
            while (b >= 0 && b != '\n') {
                bytes.write(b);
                b = in.read();
            }
            return b < 0 ? Optional.empty() : Optional.of(strict(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String strict(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
