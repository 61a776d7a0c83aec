package org.claudecluster.worker.api.stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.claudecluster.worker.api.TaskView;
import org.claudecluster.worker.service.Streaming;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.LiveTranscript.Window;
import org.claudecluster.worker.transcript.RemoteTranscripts;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.Transcripts;
import org.jspecify.annotations.Nullable;

/**
 * One viewer's way through a transcript: first the past from the log, then what is live, at last the outcome. It pulls
 * at its own pace and holds nothing but its position, so nobody waits for it.
 */
final class TaskStream implements AutoCloseable {

    private static final int BATCH_BYTES = 256 * 1024;
    private static final long NONE = -1;
    /** How soon a store that was away is asked again. */
    private static final Duration STORE_AWAY = Duration.ofSeconds(1);

    private final TaskId id;
    private final StreamWriter writer;
    private final Sources sources;
    private final SharedFrames.Share frames;
    private final ObjectMapper json;
    /** The task, where it was looked up after the last look at the log. */
    private Optional<Task> fresh;

    private long after;
    /** The claim of which all was sent while it ran here; what a later one printed may be elsewhere. */
    private long sawAllOf = NONE;

    private RemoteTranscripts.@Nullable Watching watching;
    private boolean hasWritten;
    /** Since the last pause. */
    private boolean hasNews;

    private long lastWrite = System.nanoTime();

    /** Where the records and the outcome come from, and what may end all streams. */
    record Sources(
            Function<TaskId, Task> tasks,
            Transcripts transcripts,
            RemoteTranscripts watches,
            Streaming streaming,
            SharedFrames frames) {}

    /** The step that follows a look. */
    private enum Next {
        WAIT,
        ASK_AGAIN_SOON,
        /** All was sent, the end too. */
        ENDED,
        /** All was sent, and nothing tells of an end. */
        END,
        /** The viewer is gone or takes nothing. */
        GIVE_UP
    }

    /**
     * Of one viewer.
     *
     * @param fresh the task as it was looked up just now; none when it is known to run here
     * @param after the last event that the viewer has
     */
    TaskStream(TaskId id, Optional<Task> fresh, long after, StreamWriter writer, Sources sources, ObjectMapper json) {
        this.id = id;
        this.fresh = fresh;
        this.after = after;
        this.writer = writer;
        this.sources = sources;
        this.frames = sources.frames().join(id);
        this.json = json;
    }

    /** Returns when the task has ended and all was sent, the worker drains, or the viewer is gone. */
    void run() throws InterruptedException {
        try (Transcripts.Subscription _ = sources.transcripts().subscribe(id, writer::wake);
                Streaming.Place _ = sources.streaming().onDrain(writer::wake)) {
            greetWhoWaits();
            switch (follow()) {
                case ENDED -> {}
                case END -> writer.end();
                case GIVE_UP -> writer.endWith(SseFrames.event(0, "lagging", ascii("{\"after\":" + after + "}")));
                case WAIT, ASK_AGAIN_SOON -> draining();
            }
        }
    }

    private void greetWhoWaits() throws InterruptedException {
        if (after == 0
                && fresh.map(Task::status).filter(TaskStatus.PENDING::equals).isPresent()) {
            send(SseFrames.event(0, "status", ascii("{\"status\":\"pending\"}")));
        }
    }

    private void draining() throws InterruptedException {
        long retryAfter =
                sources.streaming().draining().orElse(Duration.ofSeconds(1)).toMillis();
        writer.endWith(SseFrames.event(0, "draining", ascii("{\"retryAfterMs\":" + retryAfter + "}")));
    }

    /** {@link Next#WAIT} when it would wait and the worker drains. */
    private Next follow() throws InterruptedException {
        while (!writer.gone()) {
            Next next = look();
            boolean isOver = next != Next.WAIT && next != Next.ASK_AGAIN_SOON;
            if (isOver || sources.streaming().draining().isPresent()) {
                return next;
            }
            // The first bytes go out at once, so that the viewer knows that it is connected.
            if (!hasWritten && !send(SseFrames.comment("connected"))) {
                return Next.GIVE_UP;
            }
            if (!pause(next == Next.WAIT ? writer.keepAlive() : STORE_AWAY)) {
                return Next.GIVE_UP;
            }
        }
        return Next.END;
    }

    private Next look() throws InterruptedException {
        try {
            Optional<LiveTranscript> live = sources.transcripts().live(id);
            return live.isPresent() ? here(live.get()) : elsewhere();
        } catch (StoreUnavailableException _) {
            return Next.ASK_AGAIN_SOON;
        } catch (TaskProblem _) {
            // Deleted meanwhile: the answer has begun, so that it can only end.
            return Next.END;
        }
    }

    private Next here(LiveTranscript live) throws InterruptedException {
        stopWatching();
        fresh = Optional.empty();
        boolean taken = sendEarlier(live) && sendFrom(live::after);
        sawAllOf = live.isOverAt(after) ? EventIds.epoch(live.begin()) : NONE;
        return taken ? Next.WAIT : Next.GIVE_UP;
    }

    /** What earlier claims have printed is in the log for good, since nobody may write there any more. */
    private boolean sendEarlier(LiveTranscript live) throws InterruptedException {
        if (after >= live.begin()) {
            return true;
        }
        if (EventIds.epoch(live.begin()) == 1) {
            after = live.begin();
            return true;
        }
        boolean taken = sendLogged();
        after = Math.max(after, live.begin());
        return taken;
    }

    private Next elsewhere() throws InterruptedException {
        if (watching == null) {
            // INVARIANT: the end is looked up before the log is read; what the log holds then is all there is.
            Task task = fresh.isPresent() ? fresh.get() : sources.tasks().apply(id);
            fresh = Optional.empty();
            if (sawAllOf != task.epoch() && !task.transcriptGone() && !sendLogged()) {
                return Next.GIVE_UP;
            }
            if (task.status().isFinal()) {
                return sendComplete(task);
            }
            watching = sources.watches().watch(id, after, writer::wake);
        }
        return watched(watching);
    }

    private Next watched(RemoteTranscripts.Watching watch) throws InterruptedException {
        Optional<RemoteTranscripts.End> end = watch.end();
        if (!sendFrom(watch::after)) {
            return Next.GIVE_UP;
        }
        return switch (end.orElse(null)) {
            case RemoteTranscripts.End.Final(Task ended) -> sendComplete(ended);
            case RemoteTranscripts.End.Removed() -> Next.END;
            case null -> Next.WAIT;
        };
    }

    /** Until there is news; after a write at the least until the others have had their turn. */
    private boolean pause(Duration atMost) throws InterruptedException {
        Duration pace = frames.pace();
        if (hasNews && !pace.isZero()) {
            Thread.sleep(pace);
        }
        hasNews = false;
        boolean woken = writer.awaitNews(atMost);
        boolean silent = System.nanoTime() - lastWrite >= writer.keepAlive().toNanos();
        return woken || !silent || send(SseFrames.comment("keep-alive"));
    }

    /** Where the newest records are in memory. */
    private interface Source {
        Window after(long after, int maxBytes);
    }

    private boolean sendFrom(Source source) throws InterruptedException {
        return send(() -> switch (source.after(after, BATCH_BYTES)) {
            case Window.Behind() -> logged();
            case Window.Records(List<TranscriptRecord> records) -> SseFrames.of(records);
        });
    }

    private boolean sendLogged() throws InterruptedException {
        return send(this::logged);
    }

    private List<FrameBlock> logged() {
        try (TranscriptLog.Reader reader = sources.transcripts().log().read(id, after)) {
            return SseFrames.of(reader.next(BATCH_BYTES));
        }
    }

    /** Sends all that there is at the moment. */
    private boolean send(Supplier<List<FrameBlock>> more) throws InterruptedException {
        for (List<FrameBlock> next = frames.next(after, more); !next.isEmpty(); next = frames.next(after, more)) {
            for (FrameBlock block : next) {
                hasNews = true;
                if (!write(block.last(), block.bytes())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The content of the last event. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Complete(
            String taskId, String status, @Nullable Boolean simulated, TaskView.@Nullable OutcomeView outcome) {}

    private Next sendComplete(Task task) {
        TaskView view = TaskView.of(task);
        try {
            byte[] body = json.writeValueAsBytes(
                    new Complete(view.taskId(), view.status(), view.simulated(), view.outcome()));
            writer.endSoonWith(SseFrames.event(task.lastEventId(), "complete", body));
            return Next.ENDED;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean send(byte[] bytes) throws InterruptedException {
        return write(after, bytes);
    }

    /** Also when it is not taken in time it is on its way, so that the position is behind it. */
    private boolean write(long last, byte[] bytes) throws InterruptedException {
        after = last;
        hasWritten = true;
        lastWrite = System.nanoTime();
        return writer.write(bytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        stopWatching();
        frames.close();
    }

    private void stopWatching() {
        RemoteTranscripts.Watching open = watching;
        watching = null;
        if (open != null) {
            open.close();
        }
    }
}
