package org.claudecluster.worker.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskStatus;
import org.claudecluster.worker.transcript.LiveRecord;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.LiveTranscript.Window;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.Transcripts;
import org.jspecify.annotations.Nullable;

/**
 * One viewer's way through a transcript: first the past from the log, then what is live, at last the outcome. It pulls
 * at its own pace and holds nothing but its position, so nobody waits for it.
 */
final class TaskStream {

    private static final int BATCH_BYTES = 256 * 1024;
    /** How often a viewer of a task that runs elsewhere looks for its end. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final TaskId id;
    private Task task;
    private final StreamWriter writer;
    private final TaskLookup tasks;
    private final Transcripts transcripts;
    private final ObjectMapper json;
    private long after;
    private long lastWrite = System.nanoTime();

    TaskStream(
            Task task, long after, StreamWriter writer, TaskLookup tasks, Transcripts transcripts, ObjectMapper json) {
        this.task = task;
        this.id = task.id();
        this.after = after;
        this.writer = writer;
        this.tasks = tasks;
        this.transcripts = transcripts;
        this.json = json;
    }

    /** Returns when the task has ended and all was sent, or the viewer is gone. */
    void run() throws InterruptedException {
        try (Transcripts.Subscription _ = transcripts.subscribe(id, writer::wake)) {
            greet();
            if (follow()) {
                writer.end();
            } else {
                writer.closeLagging();
            }
        }
    }

    /** The first bytes go out at once, so that the viewer knows that it is connected. */
    private void greet() throws InterruptedException {
        if (after == 0 && task.status() == TaskStatus.PENDING) {
            send(SseFrames.event(0, "status", "{\"status\":\"pending\"}".getBytes(StandardCharsets.US_ASCII)));
            return;
        }
        send(SseFrames.comment("connected"));
    }

    /** True when everything has been sent. */
    private boolean follow() throws InterruptedException {
        boolean sawAll = false;
        while (!writer.gone()) {
            Optional<LiveTranscript> live = transcripts.live(id);
            if (live.isEmpty() && isFinal()) {
                // INVARIANT: the end is looked up before the log is read; what the log holds then is all there is.
                return (sawAll || sendLogged()) && send(complete());
            }
            boolean sent = live.isPresent() ? sendLive(live.get()) : sendLogged();
            if (!sent) {
                return false;
            }
            sawAll = live.map(transcript -> transcript.isOverAt(after)).orElse(false);
            if (!moreAt(live) && !pause(live.isPresent())) {
                return false;
            }
        }
        return true;
    }

    private boolean isFinal() {
        task = tasks.find(id);
        return task.status().isFinal();
    }

    private boolean moreAt(Optional<LiveTranscript> live) {
        return live.map(transcript -> !(transcript.after(after, 1) instanceof Window.Records(List<LiveRecord> records)
                        && records.isEmpty()))
                .orElse(false);
    }

    private boolean pause(boolean runsHere) throws InterruptedException {
        boolean woken = writer.awaitNews(runsHere ? writer.keepAlive() : LOOK);
        boolean silent = System.nanoTime() - lastWrite >= writer.keepAlive().toNanos();
        return woken || !silent || send(SseFrames.comment("keep-alive"));
    }

    private boolean sendLive(LiveTranscript live) throws InterruptedException {
        while (true) {
            switch (live.after(after, BATCH_BYTES)) {
                case Window.Behind() -> {
                    if (!sendLogged()) {
                        return false;
                    }
                }
                case Window.Records(List<LiveRecord> records)
                when records.isEmpty() -> {
                    return true;
                }
                case Window.Records(List<LiveRecord> records) -> {
                    if (!sendTail(records)) {
                        return false;
                    }
                }
            }
        }
    }

    private boolean sendTail(List<LiveRecord> records) throws InterruptedException {
        after = records.getLast().record().seq();
        Buffer batch = Buffer.buffer();
        for (LiveRecord record : records) {
            batch.appendBytes(record.wire(SseFrames::of));
        }
        lastWrite = System.nanoTime();
        return writer.write(batch);
    }

    private boolean sendLogged() throws InterruptedException {
        try (TranscriptLog.Reader reader = transcripts.log().read(id, after)) {
            for (List<TranscriptRecord> batch = reader.next(BATCH_BYTES);
                    !batch.isEmpty();
                    batch = reader.next(BATCH_BYTES)) {
                after = batch.getLast().seq();
                lastWrite = System.nanoTime();
                if (!writer.write(SseFrames.of(batch))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** What the last event says. */
    private record Complete(String taskId, String status, TaskView.@Nullable OutcomeView outcome) {}

    private byte[] complete() {
        TaskView view = TaskView.of(task);
        try {
            byte[] body = json.writeValueAsBytes(new Complete(view.taskId(), view.status(), view.outcome()));
            return SseFrames.event(after + 1, "complete", body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean send(byte[] bytes) throws InterruptedException {
        lastWrite = System.nanoTime();
        return writer.write(Buffer.buffer(bytes));
    }
}
