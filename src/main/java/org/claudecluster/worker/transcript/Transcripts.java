package org.claudecluster.worker.transcript;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.transcript.LiveTranscript.Flushing;
import org.jspecify.annotations.Nullable;

/**
 * Where running tasks and their viewers meet. A viewer may come before its task runs and stay until it has ended; it is
 * woken when there is something new, and fetches that itself at its own pace.
 */
public final class Transcripts {

    private final TranscriptLog log;
    private final InstantSource clock;
    private final Flushing flushing;
    private final ConcurrentHashMap<TaskId, Feed> feeds = new ConcurrentHashMap<>();

    /**
     * Of one log.
     *
     * @param bufferBytes how much of a task may wait for the log before its terminal is no longer read
     * @param capBytes how much of one run the log keeps: its head, and the newest half megabyte
     */
    public Transcripts(TranscriptLog log, InstantSource clock, long bufferBytes, long capBytes) {
        this.log = log;
        this.clock = clock;
        // A virtual thread per flush, since one that waits for the network must not hold up another task's.
        Executor remote = flush -> Thread.ofVirtual().name("transcript-flush").start(flush);
        this.flushing = new Flushing(log.isRemote() ? remote : Runnable::run, bufferBytes, capBytes);
    }

    /** A viewer's registration; closing it ends the wake-ups. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Begins the transcript of a task that starts to run here. Its writer must {@link #seal} and {@link #end} it.
     *
     * @param tenant whose task it is
     * @param refused called at most once, from any thread, when the log takes no more; must return at once
     */
    public LiveTranscript begin(Tenant tenant, Lease lease, Consumer<LiveTranscript.Refusal> refused) {
        TranscriptLog.Appender appender = log.open(lease);
        Feed feed = feeds.compute(lease.task(), (_, current) -> {
            Feed kept = current == null ? new Feed() : current;
            LiveTranscript live =
                    new LiveTranscript(appender, EventIds.before(lease.epoch()), clock, flushing, kept::wake, refused);
            kept.running = new Running(tenant, live);
            return kept;
        });
        feed.wake();
        return requireNonNull(feed.running).live();
    }

    /**
     * Nothing more will be printed. While the log is away this waits and tries again.
     *
     * @param giveUp asked between the tries: whether the task is no longer ours to write
     * @return whether everything is in the log
     */
    public boolean seal(LiveTranscript live, BooleanSupplier giveUp) {
        return live.close(giveUp);
    }

    /** The task's outcome is durable (or its lease is lost): viewers find all they need in the log and the store. */
    public void end(TaskId task) {
        Feed feed = feeds.get(task);
        if (feed == null) {
            return;
        }
        feed.running = null;
        feed.wake();
        forgetIfIdle(task);
    }

    /** The running transcript, if the task runs here. */
    public Optional<LiveTranscript> live(TaskId task) {
        return running(task).map(Running::live);
    }

    /** The same for this tenant; empty for another's task, as if it did not run here. */
    public Optional<LiveTranscript> live(Tenant tenant, TaskId task) {
        return running(task).filter(running -> running.tenant().equals(tenant)).map(Running::live);
    }

    private Optional<Running> running(TaskId task) {
        return Optional.ofNullable(feeds.get(task)).flatMap(feed -> Optional.ofNullable(feed.running));
    }

    /** The log, for what is no longer (or not yet) live here. */
    public TranscriptLog log() {
        return log;
    }

    /** Calls {@code wake} whenever something about the task is new. It must return at once and never throw. */
    public Subscription subscribe(TaskId task, Runnable wake) {
        feeds.compute(task, (_, current) -> {
            Feed feed = current == null ? new Feed() : current;
            feed.viewers.add(wake);
            return feed;
        });
        return () -> {
            Feed feed = feeds.get(task);
            if (feed != null) {
                feed.viewers.remove(wake);
                forgetIfIdle(task);
            }
        };
    }

    /** Wakes the viewers of a task that changed without running here. */
    public void changed(TaskId task) {
        Optional.ofNullable(feeds.get(task)).ifPresent(Feed::wake);
    }

    /** Has all that is buffered handed to the log; called every flush interval. Does not wait for a network. */
    public void flushAll() {
        for (Feed feed : feeds.values()) {
            Running running = feed.running;
            if (running != null) {
                running.live().flushSoon();
            }
        }
    }

    private void forgetIfIdle(TaskId task) {
        feeds.computeIfPresent(task, (_, feed) -> feed.running == null && feed.viewers.isEmpty() ? null : feed);
    }

    /** A task that runs here. */
    private record Running(Tenant tenant, LiveTranscript live) {}

    private static final class Feed {

        private final CopyOnWriteArrayList<Runnable> viewers = new CopyOnWriteArrayList<>();
        private volatile @Nullable Running running;

        void wake() {
            for (Runnable viewer : viewers) {
                viewer.run();
            }
        }
    }
}
