package org.claudecluster.worker.transcript;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.transcript.Records.all;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranscriptsTest {

    @TempDir
    Path directory;

    private final TaskId task = Records.task();
    private final AtomicInteger wakes = new AtomicInteger();
    private Transcripts transcripts;

    @BeforeEach
    void open() {
        transcripts = new Transcripts(new FileTranscriptLog(directory), InstantSource.system(), 8 << 20, 64 << 20);
    }

    @Test
    void a_viewer_may_come_before_its_task_begins() {
        try (Transcripts.Subscription _ = transcripts.subscribe(task, wakes::incrementAndGet)) {
            assertThat(transcripts.live(task)).isEmpty();
            LiveTranscript live = begin();
            assertThat(wakes).hasValue(1);
            live.output(ByteBuffer.wrap("a".getBytes(UTF_8)));
            assertThat(wakes).hasValue(2);
            transcripts.seal(live, () -> true);
            transcripts.end(task);
            assertThat(wakes).hasValue(4);
        }
    }

    @Test
    void a_task_that_changed_elsewhere_wakes_its_viewers() {
        transcripts.changed(task);
        try (Transcripts.Subscription _ = transcripts.subscribe(task, wakes::incrementAndGet)) {
            transcripts.changed(task);
            transcripts.changed(Records.task());
        }
        transcripts.changed(task);
        assertThat(wakes).hasValue(1);
    }

    @Test
    void one_viewer_s_leaving_leaves_the_others() {
        Transcripts.Subscription first = transcripts.subscribe(task, () -> wakes.addAndGet(100));
        try (Transcripts.Subscription _ = transcripts.subscribe(task, wakes::incrementAndGet)) {
            first.close();
            first.close();
            transcripts.changed(task);
        }
        assertThat(wakes).hasValue(1);
    }

    @Test
    void after_the_seal_all_is_in_the_log_and_after_the_end_nothing_is_live() {
        LiveTranscript live = begin();
        live.output(ByteBuffer.wrap("text".getBytes(UTF_8)));
        transcripts.seal(live, () -> true);
        assertThat(Records.text(all(transcripts.log(), task, 0))).isEqualTo("text");
        assertThat(transcripts.live(task)).contains(live);
        transcripts.end(task);
        assertThat(transcripts.live(task)).isEmpty();
    }

    @Test
    void a_flush_of_all_reaches_every_task_that_runs() {
        TaskId other = Records.task();
        begin().output(ByteBuffer.wrap("one".getBytes(UTF_8)));
        transcripts.begin(Tenant.DEFAULT, Records.lease(other), _ -> {}).output(ByteBuffer.wrap("two".getBytes(UTF_8)));
        transcripts.flushAll();
        assertThat(Records.text(all(transcripts.log(), task, 0))).isEqualTo("one");
        assertThat(Records.text(all(transcripts.log(), other, 0))).isEqualTo("two");
    }

    @Test
    void nothing_is_left_behind_when_the_task_has_ended_and_its_viewers_have_gone() {
        Transcripts.Subscription early = transcripts.subscribe(task, wakes::incrementAndGet);
        transcripts.seal(begin(), () -> true);
        transcripts.end(task);
        transcripts.end(task);
        early.close();
        transcripts.subscribe(Records.task(), wakes::incrementAndGet).close();
        assertThat(transcripts)
                .extracting("feeds", InstanceOfAssertFactories.map(TaskId.class, Object.class))
                .isEqualTo(Map.of());
    }

    @RepeatedTest(20)
    void churn_of_begins_ends_and_viewers_loses_no_wake_up() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean ended = new AtomicBoolean();
            List<Future<List<Long>>> viewers = follow(threads, 20, ended, 1_000);
            Future<?> passersBy = threads.submit(() -> IntStream.range(0, 2_000)
                    .forEach(_ -> transcripts.subscribe(task, () -> {}).close()));
            for (int attempt = 0; attempt < 50; attempt++) {
                LiveTranscript live = begin();
                live.status("{}".getBytes(UTF_8));
                transcripts.seal(live, () -> true);
                transcripts.end(task);
            }
            ended.set(true);
            transcripts.changed(task);
            passersBy.get();
            for (Future<List<Long>> viewer : viewers) {
                assertThat(viewer.get()).isEqualTo(Records.idsUpTo(50));
            }
        }
        assertThat(transcripts)
                .extracting("feeds", InstanceOfAssertFactories.map(TaskId.class, Object.class))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void every_viewer_sees_every_record_once_and_in_order(long seed) throws Exception {
        Random random = new Random(seed);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean ended = new AtomicBoolean();
            List<Future<List<Long>>> viewers = new ArrayList<>(follow(threads, 4, ended, 256 * 1024));
            viewers.addAll(follow(threads, 3, ended, 100));
            LiveTranscript live = begin();
            for (int records = 0; records < 3_000; records++) {
                live.agent(new byte[random.nextInt(records % 500 == 0 ? 700_000 : 2_000)], false);
            }
            viewers.addAll(follow(threads, 2, ended, 5_000));
            transcripts.seal(live, () -> true);
            ended.set(true);
            transcripts.end(task);
            for (Future<List<Long>> viewer : viewers) {
                assertThat(viewer.get()).isEqualTo(Records.idsUpTo(3_000));
            }
        }
    }

    private LiveTranscript begin() {
        return transcripts.begin(Tenant.DEFAULT, Records.lease(task), _ -> {});
    }

    private List<Future<List<Long>>> follow(ExecutorService threads, int viewers, AtomicBoolean ended, int batchBytes) {
        Callable<List<Long>> follower = () -> new Viewer(transcripts, task, ended::get, batchBytes).follow();
        return IntStream.range(0, viewers)
                .mapToObj(_ -> threads.submit(follower))
                .toList();
    }
}
