package org.claudecluster.worker.transcript;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * Where running tasks and their viewers meet. A viewer may come before its task runs and stay until it has ended; it is
 * woken when there is something new, and fetches that itself at its own pace.
 */
public final class Transcripts {

    private final TranscriptLog log;
    private final InstantSource clock;
    private final ConcurrentHashMap<TaskId, Feed> feeds = new ConcurrentHashMap<>();

    public Transcripts(TranscriptLog log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    /** A viewer's registration; closing it ends the wake-ups. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Begins the transcript of a task that starts to run here. Its writer must {@link #seal} and {@link #end} it.
     *
     * @param broken called at most once, from any thread, when the log can't be written any more; must return at once
     */
    public LiveTranscript begin(Lease lease, Runnable broken) {
        Feed feed = feeds.compute(lease.task(), (_, current) -> {
            Feed kept = current == null ? new Feed() : current;
            kept.live = new LiveTranscript(log.open(lease), clock, kept::wake, broken);
            return kept;
        });
        feed.wake();
        return requireNonNull(feed.live);
    }

    /** Nothing more will be printed: everything is in the log when this returns. */
    public void seal(LiveTranscript live) {
        live.close();
    }

    /** The task's outcome is durable (or its lease is lost): viewers find all they need in the log and the store. */
    public void end(TaskId task) {
        Feed feed = feeds.get(task);
        if (feed == null) {
            return;
        }
        feed.live = null;
        feed.wake();
        forgetIfIdle(task);
    }

    /** The running transcript, if the task runs here. */
    public Optional<LiveTranscript> live(TaskId task) {
        return Optional.ofNullable(feeds.get(task)).flatMap(feed -> Optional.ofNullable(feed.live));
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

    /** Hands all that is buffered to the log; called every flush interval. */
    public void flushAll() {
        for (Feed feed : feeds.values()) {
            LiveTranscript live = feed.live;
            if (live != null) {
                live.flush();
            }
        }
    }

    private void forgetIfIdle(TaskId task) {
        feeds.computeIfPresent(task, (_, feed) -> feed.live == null && feed.viewers.isEmpty() ? null : feed);
    }

    private static final class Feed {

        private final CopyOnWriteArrayList<Runnable> viewers = new CopyOnWriteArrayList<>();
        private volatile @Nullable LiveTranscript live;

        void wake() {
            for (Runnable viewer : viewers) {
                viewer.run();
            }
        }
    }
}
