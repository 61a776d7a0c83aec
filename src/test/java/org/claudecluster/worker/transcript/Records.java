package org.claudecluster.worker.transcript;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;

/** Makes records, and reads a log to its end. */
final class Records {

    private Records() {}

    static TaskId task() {
        return TaskId.create(Instant.EPOCH);
    }

    /** For a log that asks nobody whose the task is. */
    static Lease lease(TaskId task) {
        return new Lease(task, new WorkerId("me"), 1);
    }

    static TranscriptRecord output(long seq, String text) {
        return new TranscriptRecord(seq, 1_000 + seq, Kind.OUTPUT, text.getBytes(StandardCharsets.UTF_8));
    }

    static TranscriptRecord event(long seq, String json) {
        return new TranscriptRecord(seq, 1_000 + seq, Kind.AGENT, json.getBytes(StandardCharsets.UTF_8));
    }

    static List<TranscriptRecord> outputs(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(seq -> output(seq, "line " + seq))
                .toList();
    }

    static void append(TranscriptLog log, TaskId task, List<TranscriptRecord> records) {
        try (TranscriptLog.Appender appender = log.open(lease(task))) {
            appender.append(records);
        }
    }

    static List<TranscriptRecord> all(TranscriptLog log, TaskId task, long after) {
        try (TranscriptLog.Reader reader = log.read(task, after)) {
            return drain(reader, 64 * 1024);
        }
    }

    static List<TranscriptRecord> drain(TranscriptLog.Reader reader, int maxBytes) {
        List<TranscriptRecord> found = new ArrayList<>();
        for (List<TranscriptRecord> batch = reader.next(maxBytes); !batch.isEmpty(); batch = reader.next(maxBytes)) {
            found.addAll(batch);
        }
        return found;
    }

    static List<Long> numbers(List<TranscriptRecord> records) {
        return records.stream().map(TranscriptRecord::seq).toList();
    }

    static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    /** The number of the n-th record under {@link #lease}. */
    static long id(long n) {
        return EventIds.before(1) + n;
    }

    /** The numbers of the first records under it. */
    static List<Long> idsUpTo(long last) {
        return LongStream.rangeClosed(id(1), id(last)).boxed().toList();
    }

    static String text(List<TranscriptRecord> records) {
        StringBuilder text = new StringBuilder();
        records.forEach(record -> text.append(new String(record.bytes(), StandardCharsets.UTF_8)));
        return text.toString();
    }
}
