package org.claudecluster.worker.api.stream;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.claudecluster.worker.task.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * The events that the viewers of a task have to be sent next, read and made once for all of them: viewers that stand at
 * the same place get the same block, and so stand at the same place again. The same holds for the newest events and for
 * those that are read from the log by viewers which can't keep up.
 *
 * <p>Bound: {@link #TASK_BYTES} for each task that has two viewers at least, {@link #ALL_BYTES} for all. Beyond it a
 * block is made again for whoever comes later.
 */
@Singleton
class SharedFrames {

    static final int TASK_BYTES = 1024 * 1024;
    static final int ALL_BYTES = 16 * 1024 * 1024;

    /** What one more viewer makes the others wait, so that there is time to write to all of them. */
    private static final Duration PACE = Duration.ofNanos(100_000);

    private static final Duration LONGEST_PACE = Duration.ofMillis(25);

    private final ConcurrentHashMap<TaskId, OfTask> tasks = new ConcurrentHashMap<>();
    private final AtomicLong heldBytes = new AtomicLong();

    /** A viewer's share; to be closed when it goes. */
    interface Share extends AutoCloseable {

        /**
         * What follows a viewer's position: some blocks, each after the one before; none when there is nothing.
         *
         * @param more makes them where nobody has
         */
        List<FrameBlock> next(long after, Supplier<List<FrameBlock>> more);

        /**
         * How long to wait after a write before the next, however much there is: with so many viewers many small writes
         * would take all the time there is.
         */
        Duration pace();

        @Override
        void close();
    }

    /** Joins the viewers of a task. */
    Share join(TaskId task) {
        OfTask joined = tasks.compute(task, (_, current) -> {
            OfTask frames = current == null ? new OfTask() : current;
            int _ = frames.viewers.incrementAndGet();
            return frames;
        });
        return new Share() {
            @Override
            public List<FrameBlock> next(long after, Supplier<List<FrameBlock>> more) {
                return joined.next(after, more);
            }

            @Override
            public Duration pace() {
                Duration wanted = PACE.multipliedBy(joined.viewers.get() - 1L);
                return wanted.compareTo(LONGEST_PACE) > 0 ? LONGEST_PACE : wanted;
            }

            @Override
            public void close() {
                tasks.computeIfPresent(task, (_, frames) -> {
                    int left = frames.viewers.decrementAndGet();
                    if (left <= 1) {
                        frames.clear();
                    }
                    return left > 0 ? frames : null;
                });
            }
        };
    }

    /** All that is held at the moment, in bytes. */
    long heldBytes() {
        return heldBytes.get();
    }

    private final class OfTask {

        /** Held by the one viewer that makes blocks, for as long as that takes. */
        private final ReentrantLock making = new ReentrantLock();

        /** By the position that they follow; guarded by itself. */
        private final Map<Long, FrameBlock> blocks = new LinkedHashMap<>();

        private long bytes;
        private final AtomicInteger viewers = new AtomicInteger();

        List<FrameBlock> next(long after, Supplier<List<FrameBlock>> more) {
            if (viewers.get() == 1) {
                return more.get();
            }
            FrameBlock made = find(after);
            if (made != null) {
                return List.of(made);
            }
            making.lock();
            try {
                FrameBlock meanwhile = find(after);
                return meanwhile != null ? List.of(meanwhile) : kept(after, more.get());
            } finally {
                making.unlock();
            }
        }

        private @Nullable FrameBlock find(long after) {
            synchronized (blocks) {
                return blocks.get(after);
            }
        }

        private List<FrameBlock> kept(long after, List<FrameBlock> found) {
            synchronized (blocks) {
                long at = after;
                for (FrameBlock block : found) {
                    FrameBlock before = blocks.put(at, block);
                    count(block.bytes().length - (before == null ? 0 : before.bytes().length));
                    at = block.last();
                }
                makeRoom();
            }
            return found;
        }

        private void makeRoom() {
            var oldest = blocks.values().iterator();
            while ((bytes > TASK_BYTES || heldBytes.get() > ALL_BYTES) && oldest.hasNext()) {
                count(-oldest.next().bytes().length);
                oldest.remove();
            }
        }

        private void count(int more) {
            bytes += more;
            heldBytes.addAndGet(more);
        }

        void clear() {
            synchronized (blocks) {
                blocks.clear();
                count((int) -bytes);
            }
        }
    }
}
