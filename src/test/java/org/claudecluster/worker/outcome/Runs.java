package org.claudecluster.worker.outcome;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.exec.TaskRun;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.transcript.FileTranscriptLog;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.Transcripts;

/** Tasks and runs to try executors with. */
public final class Runs {

    private Runs() {}

    public static Task task(String prompt, Duration timeout, Optional<String> workingDirectory) {
        ASpec spec = ASpec.asking(prompt).timeout(timeout);
        workingDirectory.ifPresent(spec::workingDirectory);
        return Task.enqueued(TaskId.create(Instant.EPOCH), Submitter.UNKNOWN, spec.build(), Instant.EPOCH);
    }

    public static TaskRun run(String prompt, Duration timeout, Path directory) {
        Task task = task(prompt, timeout, Optional.empty());
        Transcripts transcripts =
                new Transcripts(new FileTranscriptLog(directory), InstantSource.system(), 8 << 20, 64 << 20);
        return new TaskRun(
                task,
                transcripts.begin(Tenant.DEFAULT, new Lease(task.id(), new WorkerId("me"), 1), _ -> {}),
                new StopSignal());
    }

    /** What the run printed. */
    public static String printed(TaskRun run, Path directory) {
        run.transcript().flush();
        List<TranscriptRecord> records = new ArrayList<>();
        try (TranscriptLog.Reader reader =
                new FileTranscriptLog(directory).read(run.task().id(), 0)) {
            for (List<TranscriptRecord> batch = reader.next(1 << 20); !batch.isEmpty(); batch = reader.next(1 << 20)) {
                records.addAll(batch);
            }
        }
        StringBuilder text = new StringBuilder();
        records.forEach(record -> text.append(new String(record.bytes(), StandardCharsets.UTF_8)));
        return text.toString();
    }
}
