package org.claudecluster.worker.lifecycle.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.claudecluster.worker.lifecycle.EmbeddedStore;
import org.claudecluster.worker.lifecycle.Observed;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.transcript.FileTranscriptLog;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionJobTest {

    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration WEEK = Duration.ofDays(7);

    @TempDir
    Path directory;

    private final Observed observed = new Observed();
    private EmbeddedStore store;
    private TranscriptLog log;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        log = new FileTranscriptLog(directory.resolve("transcripts"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_transcript_goes_before_its_task() {
        TaskId fresh = ended(Duration.ofDays(6));
        TaskId older = ended(Duration.ofDays(8));
        TaskId oldest = ended(Duration.ofDays(31));

        purge(MONTH, WEEK).run();

        assertThat(printed(fresh)).isTrue();
        assertThat(store.find(fresh).transcriptGone()).isFalse();
        assertThat(printed(older)).isFalse();
        assertThat(store.find(older).transcriptGone()).isTrue();
        assertThat(printed(oldest)).isFalse();
        assertThat(store.own.find(oldest)).isEmpty();
        assertThat(observed.forgottenTranscripts).hasValue(2);
        assertThat(observed.forgottenTasks).hasValue(1);
    }

    @Test
    void a_second_round_finds_nothing_more() {
        ended(Duration.ofDays(8));
        purge(MONTH, WEEK).run();

        purge(MONTH, WEEK).run();

        assertThat(observed.forgottenTranscripts).hasValue(1);
    }

    @Test
    void a_task_that_goes_first_takes_its_transcript_with_it() {
        TaskId task = ended(Duration.ofDays(8));

        purge(WEEK, MONTH).run();

        assertThat(store.own.find(task)).isEmpty();
        assertThat(printed(task)).isFalse();
    }

    @Test
    void a_transcript_that_can_t_be_removed_keeps_no_other_and_is_tried_again() throws IOException {
        List<TaskId> tasks = List.of(ended(Duration.ofDays(8)), ended(Duration.ofDays(8)), ended(Duration.ofDays(8)));
        Path stubborn = transcript(tasks.getFirst());
        Files.delete(stubborn);
        Files.createDirectories(stubborn.resolve("in the way"));

        purge(MONTH, WEEK).run();

        assertThat(tasks.subList(1, 3)).noneMatch(this::printed);
        Files.delete(stubborn.resolve("in the way"));
        purge(WEEK, WEEK).run();
        assertThat(stubborn).doesNotExist();
        assertThat(observed.forgottenTasks).hasValue(3);
    }

    @Test
    void zero_keeps_for_ever() {
        TaskId task = ended(Duration.ofDays(4_000));

        purge(Duration.ZERO, Duration.ZERO).run();

        assertThat(printed(task)).isTrue();
        assertThat(store.find(task).transcriptGone()).isFalse();
    }

    @Test
    void what_has_not_ended_stays_however_old_it_is() {
        TaskId waiting = store.enqueue();
        store.update("UPDATE task SET created_at = created_at - INTERVAL '4000' DAY");

        purge(MONTH, WEEK).run();

        assertThat(store.own.find(waiting)).isPresent();
    }

    @Test
    void more_than_one_batch_goes_in_one_round() {
        for (int i = 0; i < 250; i++) {
            ended(Duration.ofDays(31));
        }

        purge(MONTH, WEEK).run();

        assertThat(observed.forgottenTasks).hasValue(250);
    }

    private RetentionJob purge(Duration tasks, Duration transcripts) {
        return new RetentionJob(
                new RetentionTimes(tasks, transcripts, Duration.ofMinutes(1)), store.tasks, log, observed);
    }

    private TaskId ended(Duration ago) {
        TaskId task = store.enqueue();
        Lease lease =
                store.tasks.claim(EmbeddedStore.claimant("me"), 1).getFirst().lease();
        try (TranscriptLog.Appender appender = log.open(lease)) {
            byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
            appender.append(List.of(new TranscriptRecord(1, 1, TranscriptRecord.Kind.OUTPUT, text)));
        }
        store.complete(lease, ago);
        return task;
    }

    private Path transcript(TaskId task) {
        String id = task.toString();
        return directory
                .resolve("transcripts")
                .resolve(id.substring(id.length() - 2))
                .resolve(id + ".log");
    }

    private boolean printed(TaskId task) {
        try (TranscriptLog.Reader reader = log.read(task, 0)) {
            return !reader.next(1).isEmpty();
        }
    }
}
