package org.claudecluster.worker.lifecycle.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.claudecluster.worker.lifecycle.EmbeddedStore;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.transcript.FileTranscriptLog;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranscriptSweepTest {

    @TempDir
    Path directory;

    private Path files;
    private EmbeddedStore store;
    private TranscriptLog log;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        files = directory.resolve("transcripts");
        log = new FileTranscriptLog(files);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void what_a_deleted_task_has_left_is_removed() {
        Lease gone = printed();
        Lease stays = printed();
        store.complete(gone, Duration.ZERO);
        store.complete(stays, Duration.ofDays(4_000));
        store.own.delete(gone.task());

        sweepAfter(Duration.ofMinutes(61));

        assertThat(isThere(gone.task())).isFalse();
        assertThat(isThere(stays.task())).isTrue();
    }

    @Test
    void what_was_written_within_the_hour_stays_whatever_the_store_says() {
        Lease gone = printed();
        store.complete(gone, Duration.ZERO);
        store.own.delete(gone.task());

        sweepAfter(Duration.ofMinutes(59));

        assertThat(isThere(gone.task())).isTrue();
    }

    @Test
    void what_runs_stays_however_long_it_is_silent() {
        Lease running = printed();

        sweepAfter(Duration.ofDays(9));

        assertThat(isThere(running.task())).isTrue();
    }

    @Test
    void more_than_a_round_takes_goes_in_the_next_ones() {
        List<TaskId> gone = IntStream.range(0, 20_300)
                .mapToObj(_ -> TaskId.create(Instant.now()))
                .peek(this::touch)
                .toList();
        TranscriptSweep sweep = sweep(Duration.ofHours(2));

        sweep.run();
        assertThat(gone.stream().filter(this::isThere).count()).isBetween(1L, 300L);

        sweep.run();
        assertThat(gone).noneMatch(this::isThere);
    }

    @Test
    void what_is_no_transcript_and_what_can_t_be_removed_keeps_nothing_else() throws IOException {
        TaskId stubborn = TaskId.create(Instant.now());
        Files.createDirectories(file(stubborn).resolve("in the way"));
        Path foreign = file(stubborn).resolveSibling("notes.log");
        Files.createFile(foreign);
        TaskId gone = TaskId.create(Instant.now());
        touch(gone);

        sweepAfter(Duration.ofHours(2));

        assertThat(isThere(gone)).isFalse();
        assertThat(foreign).exists();
    }

    private void sweepAfter(Duration age) {
        sweep(age).run();
    }

    private TranscriptSweep sweep(Duration age) {
        return new TranscriptSweep(
                store.tasks, log, InstantSource.fixed(Instant.now().plus(age)));
    }

    private Lease printed() {
        store.enqueue();
        Lease lease =
                store.tasks.claim(EmbeddedStore.claimant("me"), 1).getFirst().lease();
        try (TranscriptLog.Appender appender = log.open(lease)) {
            byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
            appender.append(List.of(new TranscriptRecord(1, 1, TranscriptRecord.Kind.OUTPUT, text)));
        }
        return lease;
    }

    private void touch(TaskId task) {
        try {
            Files.createDirectories(file(task).getParent());
            Files.createFile(file(task));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(TaskId task) {
        String id = task.toString();
        return files.resolve(id.substring(id.length() - 2)).resolve(id + ".log");
    }

    private boolean isThere(TaskId task) {
        return Files.exists(file(task));
    }
}
