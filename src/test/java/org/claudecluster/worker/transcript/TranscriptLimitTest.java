package org.claudecluster.worker.transcript;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.transcript.Records.all;
import static org.claudecluster.worker.transcript.Records.id;
import static org.claudecluster.worker.transcript.Records.numbers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.transcript.LiveTranscript.Window;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that prints more than is kept of it. */
class TranscriptLimitTest {

    private static final int CAP = 2 << 20;
    private static final int PIECE = 4096;

    @TempDir
    Path directory;

    private final TaskId task = Records.task();
    private TranscriptLog log;
    private Transcripts transcripts;
    private LiveTranscript live;

    @BeforeEach
    void begin() {
        log = new FileTranscriptLog(directory);
        transcripts = new Transcripts(log, InstantSource.system(), 8 << 20, CAP);
        live = transcripts.begin(Tenant.DEFAULT, Records.lease(task), _ -> {});
    }

    @Test
    void what_is_below_the_cap_is_kept_whole() {
        print(1, 300);

        end();

        assertThat(numbers(all(log, task, 0))).isEqualTo(Records.idsUpTo(300));
    }

    @Test
    void of_three_caps_the_head_and_the_newest_are_kept_and_the_gap_is_marked() throws IOException {
        int pieces = 3 * CAP / PIECE;
        print(1, pieces);

        end();

        List<TranscriptRecord> kept = all(log, task, 0);
        TranscriptRecord gap = kept.stream()
                .filter(record -> record.kind() == Kind.STATUS)
                .findFirst()
                .orElseThrow();
        long headEnd = kept.get(kept.indexOf(gap) - 1).seq();
        assertThat(new String(gap.bytes(), UTF_8))
                .isEqualTo("{\"status\":\"gap\",\"fromSeq\":%d,\"toSeq\":%d}".formatted(headEnd + 1, gap.seq()));
        assertThat(numbers(kept))
                .isEqualTo(LongStream.concat(
                                LongStream.rangeClosed(id(1), headEnd), LongStream.rangeClosed(gap.seq(), id(pieces)))
                        .boxed()
                        .toList());
        assertThat(kept)
                .filteredOn(record -> record.kind() == Kind.OUTPUT)
                .allMatch(record -> text(record).equals(piece(record.seq() - id(0))));
        assertThat((id(pieces) - gap.seq()) * PIECE).isBetween(Tail.BYTES * 9L / 10, (long) Tail.BYTES);
        assertThat(bytesOnDisk()).isLessThan(CAP + 2 * PIECE);
        assertThat(live.progress().outputBytes()).isEqualTo((long) pieces * PIECE);
    }

    @Test
    void a_viewer_that_keeps_up_misses_nothing_live() {
        int pieces = 3 * CAP / PIECE;
        List<Long> seen = new ArrayList<>();
        for (int piece = 1; piece <= pieces; piece++) {
            print(piece, piece);
            seen.addAll(next(seen.isEmpty() ? id(0) : seen.getLast()));
        }

        assertThat(seen).isEqualTo(Records.idsUpTo(pieces));
    }

    @Test
    void a_viewer_that_is_behind_gets_the_gap_and_goes_on() {
        int pieces = 3 * CAP / PIECE;
        print(1, pieces);
        long headEnd = numbers(all(log, task, 0)).getLast();

        assertThat(live.after(0, 1 << 20)).isInstanceOf(Window.Behind.class);
        List<TranscriptRecord> records = ((Window.Records) live.after(headEnd, 1 << 20)).records();

        TranscriptRecord gap = records.getFirst();
        assertThat(gap.kind()).isEqualTo(Kind.STATUS);
        assertThat(records)
                .extracting(TranscriptRecord::seq)
                .isEqualTo(LongStream.rangeClosed(gap.seq(), id(pieces)).boxed().toList());
        assertThat(((Window.Records) live.after(gap.seq(), 1 << 20))
                        .records()
                        .getFirst()
                        .seq())
                .isEqualTo(gap.seq() + 1);
    }

    @Test
    void who_resumes_inside_the_gap_gets_its_end_and_what_follows() {
        int pieces = 3 * CAP / PIECE;
        print(1, pieces);
        end();
        long gap = all(log, task, 0).stream()
                .filter(record -> record.kind() == Kind.STATUS)
                .findFirst()
                .orElseThrow()
                .seq();

        assertThat(numbers(all(log, task, gap - 100)))
                .isEqualTo(LongStream.rangeClosed(gap, id(pieces)).boxed().toList());
    }

    private void print(int from, int to) {
        for (int piece = from; piece <= to; piece++) {
            live.output(piece(piece).getBytes(UTF_8));
        }
    }

    private static String piece(long number) {
        return "%-4095d\n".formatted(number);
    }

    private static String text(TranscriptRecord record) {
        return new String(record.bytes(), UTF_8);
    }

    private List<Long> next(long after) {
        return live.after(after, 1 << 20) instanceof Window.Records(List<TranscriptRecord> records)
                ? records.stream().map(TranscriptRecord::seq).toList()
                : List.of();
    }

    private void end() {
        assertThat(transcripts.seal(live, () -> true)).isTrue();
        transcripts.end(task);
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
