package org.claudecluster.worker.watchdog;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures what runs have in their directories, one after the other on a thread of its own. After each walk it rests a
 * hundred times as long as the walk took: large trees are measured seldom, and all of it stays under a hundredth of a
 * core. One directory is walked each ten seconds at most.
 */
final class DiskWatch {

    private static final long EACH = Duration.ofSeconds(10).toNanos();
    private static final int REST = 100;
    /** A file's name, and what the file system keeps about it. */
    private static final long PER_ENTRY = 512;

    private final LongSupplier nanos;
    private final Map<RunWatch, Long> measuredAt = new WeakHashMap<>();
    /** No thread while nothing is measured. */
    private final ExecutorService walker = new ThreadPoolExecutor(
            0,
            1,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("disk-watch").daemon().factory());

    private Optional<Future<?>> walk = Optional.empty();
    private long restUntil;

    DiskWatch(LongSupplier nanos) {
        this.nanos = nanos;
        this.restUntil = nanos.getAsLong();
    }

    /** Begins to measure the run that was not measured for longest, if it is time. Returns at once. */
    synchronized void look(Set<RunWatch> runs) {
        long now = nanos.getAsLong();
        if (walk.filter(last -> !last.isDone()).isPresent() || now - restUntil < 0) {
            return;
        }
        runs.stream()
                .filter(run -> now - since(run) >= EACH)
                .min(Comparator.comparingLong(run -> since(run) - now))
                .ifPresent(run -> walk = Optional.of(walker.submit(() -> measure(run))));
    }

    /** A run is first measured when it is ten seconds old. */
    private long since(RunWatch run) {
        return measuredAt.getOrDefault(run, run.subject().signs().startedAt());
    }

    private void measure(RunWatch run) {
        long begin = nanos.getAsLong();
        run.holds(
                run.subject().directories().stream().mapToLong(DiskWatch::size).sum());
        rest(run, begin, nanos.getAsLong());
    }

    private synchronized void rest(RunWatch run, long begin, long end) {
        measuredAt.put(run, end);
        restUntil = end + REST * (end - begin);
    }

    /** Of all that is below, never following a link; what vanishes meanwhile counts nothing. */
    static long size(Path directory) {
        long[] sum = {0};
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    sum[0] += PER_ENTRY + (attributes.isRegularFile() ? attributes.size() : 0);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException why) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException why) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            return sum[0];
        }
        return sum[0];
    }
}
