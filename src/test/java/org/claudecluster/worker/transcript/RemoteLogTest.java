package org.claudecluster.worker.transcript;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.claudecluster.worker.transcript.Records.all;
import static org.claudecluster.worker.transcript.Records.id;
import static org.claudecluster.worker.transcript.Records.idsUpTo;
import static org.claudecluster.worker.transcript.Records.numbers;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.transcript.LiveTranscript.Refusal;
import org.claudecluster.worker.transcript.LiveTranscript.Window;
import org.claudecluster.worker.transcript.RemoteLog.Network;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a transcript does while its log is slow, away, or no longer its own. */
@Timeout(60)
class RemoteLogTest {

    private static final int BUFFER = 256 * 1024;
    private static final int PIECE = 16 * 1024;

    @TempDir
    Path directory;

    private final TaskId task = Records.task();
    private final List<Refusal> refusals = new CopyOnWriteArrayList<>();
    private final AtomicInteger rooms = new AtomicInteger();
    private RemoteLog log;
    private Transcripts transcripts;
    private LiveTranscript live;

    @BeforeEach
    void begin() {
        log = new RemoteLog(directory);
        transcripts = new Transcripts(log, InstantSource.system(), BUFFER, 64 << 20);
        live = transcripts.begin(Tenant.DEFAULT, Records.lease(task), refusals::add);
        live.onRoom(rooms::incrementAndGet);
    }

    @AfterEach
    void letGo() {
        log.become(Network.GOOD);
    }

    private void print(int pieces) {
        IntStream.range(0, pieces)
                .forEach(_ -> live.output(ByteBuffer.wrap("x".repeat(PIECE).getBytes(UTF_8))));
    }

    @Test
    void neither_the_printing_thread_nor_a_viewer_waits_for_a_log_that_is_stuck() {
        log.become(Network.STUCK);
        print(8);
        await().until(() -> log.appends.get() == 1);
        print(1);
        transcripts.flushAll();
        assertThat(live.after(id(0), Integer.MAX_VALUE))
                .isInstanceOfSatisfying(
                        Window.Records.class,
                        records -> assertThat(records.records()).hasSize(9));
        assertThat(live.progress().outputBytes()).isEqualTo(9 * PIECE);
        log.become(Network.GOOD);
        await().until(() -> numbers(all(log, task, 0)).equals(idsUpTo(9)));
    }

    @Test
    void what_the_log_did_not_take_stays_for_viewers_beyond_the_tail() {
        log.become(Network.AWAY);
        print(Tail.BYTES / PIECE + 50);
        assertThat(live.after(id(0), Integer.MAX_VALUE))
                .isInstanceOfSatisfying(
                        Window.Records.class,
                        records -> assertThat(records.records()).hasSize(Tail.BYTES / PIECE + 50));
        log.become(Network.GOOD);
        live.flush();
        assertThat(numbers(all(log, task, 0))).isEqualTo(idsUpTo(Tail.BYTES / PIECE + 50));
        assertThat(live.after(id(0), 1)).isInstanceOf(Window.Behind.class);
    }

    @Test
    void a_full_buffer_has_no_room_until_half_of_it_was_taken_and_that_is_told_once() {
        log.become(Network.AWAY);
        print(BUFFER / PIECE - 1);
        assertThat(live.hasRoom()).isTrue();
        print(1);
        assertThat(live.hasRoom()).isFalse();
        int before = rooms.get();
        log.become(Network.GOOD);
        live.flush();
        assertThat(live.hasRoom()).isTrue();
        assertThat(rooms).hasValue(before + 1);
        live.flush();
        assertThat(rooms).hasValue(before + 1);
    }

    @Test
    void at_the_cap_there_is_no_room_until_the_head_is_written() {
        int cap = 2 * Tail.BYTES;
        Transcripts capped = new Transcripts(log, InstantSource.system(), 8 << 20, cap);
        TaskId other = Records.task();
        live = capped.begin(Tenant.DEFAULT, Records.lease(other), refusals::add);
        live.onRoom(rooms::incrementAndGet);
        log.become(Network.AWAY);
        print(cap / PIECE);
        assertThat(live.hasRoom()).isFalse();
        int before = rooms.get();

        log.become(Network.GOOD);
        live.flush();

        assertThat(live.hasRoom()).isTrue();
        assertThat(rooms).hasValue(before + 1);
        print(1_000);
        assertThat(capped.seal(live, () -> true)).isTrue();
        assertThat(numbers(all(log, other, 0))).hasSizeLessThan(cap / PIECE + 2).endsWith(id(cap / PIECE + 1_000));
    }

    @Test
    void tiny_records_count_for_the_memory_that_they_take() {
        log.become(Network.AWAY);
        IntStream.range(0, BUFFER / 100).forEach(_ -> live.output(new byte[] {'x'}));
        assertThat(live.hasRoom()).isFalse();
    }

    @Test
    void a_log_that_is_away_is_not_asked_at_every_record() {
        log.become(Network.AWAY);
        print(1_000);
        await().until(() -> log.appends.get() > 0);
        print(1_000);
        transcripts.flushAll();
        assertThat(log.appends.get()).isLessThan(20);
    }

    @Test
    void a_seal_waits_until_the_log_is_back() {
        log.become(Network.AWAY);
        print(3);
        CompletableFuture<Boolean> sealed = CompletableFuture.supplyAsync(() -> transcripts.seal(live, () -> false));
        await().until(() -> log.appends.get() >= 2);
        assertThat(sealed).isNotDone();
        log.become(Network.GOOD);
        assertThat(sealed.orTimeout(10, TimeUnit.SECONDS).join()).isTrue();
        assertThat(numbers(all(log, task, 0))).isEqualTo(idsUpTo(3));
    }

    @Test
    void a_seal_that_may_not_wait_says_that_the_end_is_missing() {
        print(1);
        live.flush();
        log.become(Network.AWAY);
        print(1);
        assertThat(transcripts.seal(live, () -> true)).isFalse();
        log.become(Network.GOOD);
        transcripts.flushAll();
        assertThat(numbers(all(log, task, 0))).isEqualTo(idsUpTo(1));
        assertThat(refusals).isEmpty();
    }

    @Test
    void a_lease_that_was_lost_is_told_once_and_nothing_more_is_recorded() {
        print(1);
        live.flush();
        log.become(Network.LEASE_LOST);
        print(1);
        live.flush();
        log.become(Network.GOOD);
        print(BUFFER / PIECE);
        live.flush();
        assertThat(transcripts.seal(live, () -> false)).isFalse();
        assertThat(refusals).containsExactly(Refusal.LEASE_LOST);
        assertThat(live.failure()).isEmpty();
        assertThat(live.hasRoom()).isTrue();
        assertThat(numbers(all(log, task, 0))).isEqualTo(idsUpTo(1));
    }
}
