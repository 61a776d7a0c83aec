package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A viewer by the rules of the WHATWG's EventSource: it keeps the last id and comes back with it; 204 alone stops it. */
public final class EventSource {

    private static final int NO_CONTENT = 204;
    private static final int LINES = 30;

    private final String task;
    private final List<SseStream.Event> seen = new ArrayList<>();
    private long lastEventId;

    public EventSource(String task) {
        this.task = task;
    }

    /** Connects and takes all up to the event with this text, or to the end of the stream. */
    public void takeUntil(Api worker, String text) {
        try (SseStream stream = worker.stream(task, lastEventId)) {
            Optional<SseStream.Event> event = take(stream);
            while (event.isPresent() && !event.get().data().contains(text)) {
                event = take(stream);
            }
        }
    }

    private Optional<SseStream.Event> take(SseStream stream) {
        Optional<SseStream.Event> event = stream.next();
        event.ifPresent(one -> {
            seen.add(one);
            lastEventId = one.id() == 0 ? lastEventId : one.id();
        });
        return event;
    }

    /** Comes back once more, as it does after every end, and must be told that nothing follows. */
    public void requireStopped(Api worker) {
        assertThat(worker.get("/stream/" + task, "Last-Event-ID", String.valueOf(lastEventId))
                        .statusCode())
                .as("answer to %s, which is the last id", lastEventId)
                .isEqualTo(NO_CONTENT);
    }

    /** All that came so far, over all connections. */
    public List<SseStream.Event> seen() {
        return seen;
    }

    public long lastEventId() {
        return lastEventId;
    }

    /** What the terminal printed, as it was seen. */
    public String output() {
        return seen.stream()
                .filter(event -> event.name().equals("output"))
                .map(SseStream.Event::output)
                .collect(Collectors.joining());
    }

    /** All that was printed came once and in order, and the end after it. */
    public void requireWhole(String printed) {
        assertThat(output()).isEqualTo(printed);
        assertThat(seen)
                .extracting(SseStream.Event::id)
                .filteredOn(id -> id > 0)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(seen)
                .extracting(SseStream.Event::name)
                .containsOnlyOnce("complete")
                .endsWith("complete");
    }

    /** A script that prints a line at a time, so that each is a record. */
    public static String printing(String word) {
        return "i=0; while [ $i -lt " + LINES + " ]; do i=$((i+1)); echo \"" + word + " $i.\"; sleep 0.02; done";
    }

    /** What it prints. */
    public static String printed(String word) {
        return IntStream.rangeClosed(1, LINES)
                .mapToObj(i -> word + " " + i + ".\r\n")
                .collect(Collectors.joining());
    }

    /** Its last line. */
    public static String last(String word) {
        return word + " " + LINES + ".";
    }
}
