package org.claudecluster.worker.transcript;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.transcript.LiveTranscript.Window;

/** Follows a task as an event stream does: live while it runs here, else from the log, and once more after its end. */
final class Viewer {

    private final Transcripts transcripts;
    private final TaskId task;
    private final BooleanSupplier ended;
    private final int batchBytes;
    private final Semaphore news = new Semaphore(0);
    private final List<Long> seen = new ArrayList<>();
    private long after;

    Viewer(Transcripts transcripts, TaskId task, BooleanSupplier ended, int batchBytes) {
        this.transcripts = transcripts;
        this.task = task;
        this.ended = ended;
        this.batchBytes = batchBytes;
    }

    /** The numbers of all records, in the order in which they came. Fails when no wake-up comes for ten seconds. */
    List<Long> follow() throws InterruptedException {
        try (Transcripts.Subscription _ = transcripts.subscribe(task, news::release)) {
            while (true) {
                Optional<LiveTranscript> live = transcripts.live(task);
                boolean over = live.isEmpty() && ended.getAsBoolean();
                live.ifPresentOrElse(this::takeLive, this::takeLogged);
                if (over) {
                    return seen;
                }
                if (!news.tryAcquire(10, TimeUnit.SECONDS)) {
                    throw new AssertionError("a wake-up was lost after record " + after);
                }
                news.drainPermits();
            }
        }
    }

    private void takeLive(LiveTranscript live) {
        while (true) {
            switch (live.after(after, batchBytes)) {
                case Window.Behind() -> takeLogged();
                case Window.Records(List<TranscriptRecord> records)
                when records.isEmpty() -> {
                    return;
                }
                case Window.Records(List<TranscriptRecord> records) -> take(records);
            }
        }
    }

    private void takeLogged() {
        try (TranscriptLog.Reader reader = transcripts.log().read(task, after)) {
            take(Records.drain(reader, batchBytes));
        }
    }

    private void take(List<TranscriptRecord> records) {
        for (TranscriptRecord record : records) {
            seen.add(record.seq());
            after = record.seq();
        }
    }
}
