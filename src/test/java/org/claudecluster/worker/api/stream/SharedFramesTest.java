package org.claudecluster.worker.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.claudecluster.worker.task.TaskId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the viewers of a task share. */
@Timeout(60)
class SharedFramesTest {

    private static final int VIEWERS = 200;

    private final SharedFrames frames = new SharedFrames();
    private final TaskId task = TaskId.create(Instant.EPOCH);
    private final AtomicInteger made = new AtomicInteger();

    @Test
    void many_viewers_of_a_block_cost_one() throws Exception {
        List<SharedFrames.Share> shares =
                LongStream.range(0, VIEWERS).mapToObj(_ -> frames.join(task)).toList();
        CountDownLatch all = new CountDownLatch(VIEWERS);

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Long>>> seen = new ArrayList<>();
            for (SharedFrames.Share share : shares) {
                seen.add(threads.submit(() -> {
                    all.countDown();
                    all.await();
                    return follow(share, 50);
                }));
            }
            for (Future<List<Long>> viewer : seen) {
                assertThat(viewer.get())
                        .isEqualTo(LongStream.rangeClosed(1, 50).boxed().toList());
            }
        }

        assertThat(made.get()).isEqualTo(50);
        shares.forEach(SharedFrames.Share::close);
        assertThat(frames.heldBytes()).isZero();
    }

    @Test
    void a_single_viewer_holds_nothing() {
        try (SharedFrames.Share share = frames.join(task)) {
            assertThat(follow(share, 10)).hasSize(10);
            assertThat(frames.heldBytes()).isZero();
            assertThat(share.pace()).isZero();
        }
    }

    @Test
    void who_is_left_alone_holds_nothing_any_more() {
        try (SharedFrames.Share stays = frames.join(task)) {
            try (SharedFrames.Share goes = frames.join(task)) {
                assertThat(follow(goes, 10)).hasSize(10);
                assertThat(frames.heldBytes()).isPositive();
            }
            assertThat(frames.heldBytes()).isZero();
            assertThat(follow(stays, 10)).hasSize(10);
        }
    }

    @Test
    void what_is_held_is_bounded_for_each_task_and_for_all() {
        List<SharedFrames.Share> shares = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            TaskId other = TaskId.create(Instant.EPOCH);
            shares.add(frames.join(other));
            shares.add(frames.join(other));
            long before = frames.heldBytes();
            for (long after = 0; after < 40; after++) {
                long at = after;
                assertThat(shares.getLast().next(at, () -> List.of(new FrameBlock(new byte[64 * 1024], at + 1))))
                        .hasSize(1);
            }
            assertThat(frames.heldBytes() - before).isLessThanOrEqualTo(SharedFrames.TASK_BYTES);
            assertThat(frames.heldBytes()).isLessThanOrEqualTo(SharedFrames.ALL_BYTES);
        }
        assertThat(frames.heldBytes()).isGreaterThan(SharedFrames.ALL_BYTES / 2);
        shares.forEach(SharedFrames.Share::close);
        assertThat(frames.heldBytes()).isZero();
    }

    @Test
    void who_is_late_gets_what_is_no_longer_held_made_again() {
        try (SharedFrames.Share first = frames.join(task);
                SharedFrames.Share late = frames.join(task)) {
            int blocks = 3 * SharedFrames.TASK_BYTES / 1000;
            assertThat(follow(first, blocks)).hasSize(blocks);
            assertThat(follow(late, blocks))
                    .isEqualTo(LongStream.rangeClosed(1, blocks).boxed().toList());
        }
    }

    @Test
    void nothing_new_is_asked_for_again() {
        try (SharedFrames.Share share = frames.join(task);
                SharedFrames.Share other = frames.join(task)) {
            assertThat(share.next(0, List::of)).isEmpty();
            assertThat(other.next(0, block(0))).extracting(FrameBlock::last).containsExactly(1L);
        }
    }

    @Test
    void the_more_viewers_the_longer_the_pause_up_to_a_bound() {
        List<SharedFrames.Share> shares =
                LongStream.range(0, 1_000).mapToObj(_ -> frames.join(task)).toList();
        Duration longest = shares.getFirst().pace();
        shares.subList(10, 1_000).forEach(SharedFrames.Share::close);

        assertThat(longest).isLessThanOrEqualTo(Duration.ofMillis(25));
        assertThat(shares.getFirst().pace()).isPositive().isLessThan(longest);
    }

    private List<Long> follow(SharedFrames.Share share, int upTo) {
        List<Long> seen = new ArrayList<>();
        for (long after = 0; after < upTo; ) {
            for (FrameBlock block : share.next(after, block(after))) {
                seen.add(block.last());
                after = block.last();
            }
        }
        return seen;
    }

    private Supplier<List<FrameBlock>> block(long after) {
        return () -> {
            made.incrementAndGet();
            return List.of(new FrameBlock(new byte[1000], after + 1));
        };
    }
}
