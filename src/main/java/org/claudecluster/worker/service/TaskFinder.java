package org.claudecluster.worker.service;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.claudecluster.worker.task.Footprints;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.Tenants;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.Transcripts;

/** Finds tasks for requests, with what this worker knows better than the store, and waits for their end. */
@ApplicationScoped
class TaskFinder {

    /** How often is looked, for all waiting requests together, for what another process may have done. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Tenants tenants;
    private final Transcripts transcripts;
    private final Streaming streaming;
    private final Footprints footprints;
    private final EndPoller ends;

    TaskFinder(Tenants tenants, Transcripts transcripts, Streaming streaming, Footprints footprints) {
        this.footprints = footprints;
        this.tenants = tenants;
        this.transcripts = transcripts;
        this.streaming = streaming;
        this.ends = new EndPoller((tenant, tasks) -> tenants.tasks(tenant).open(tasks), LOOK);
    }

    Task find(Tenant tenant, TaskId id) {
        return fresh(tenants.tasks(tenant).find(id).orElseThrow(() -> notFound(id.toString())));
    }

    /** The task when it is final, or as it is when the wait is over. */
    Task find(Tenant tenant, TaskId id, Duration wait) {
        Task task = find(tenant, id);
        if (wait.isZero() || task.status().isFinal()) {
            return task;
        }
        try (Streaming.Place _ = streaming.waiting()) {
            return awaitEnd(task, wait);
        }
    }

    /**
     * For a request that has its place already. While the store is away it goes on waiting, and then answers what was
     * known.
     */
    Task awaitEnd(Task now, Duration wait) {
        TaskId id = now.id();
        Task task = now;
        long end = System.nanoTime() + wait.toNanos();
        Semaphore news = new Semaphore(0);
        try (Transcripts.Subscription _ = transcripts.subscribe(id, news::release);
                Streaming.Place _ = streaming.onDrain(news::release);
                Streaming.Place _ = ends.watch(now.tenant(), id, news::release)) {
            for (task = again(task); !task.status().isFinal(); task = again(task)) {
                long left = end - System.nanoTime();
                if (left <= 0 || streaming.draining().isPresent()) {
                    return task;
                }
                awaitEnd(id, news, left);
            }
            return task;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return task;
        }
    }

    private Task again(Task known) {
        try {
            return find(known.tenant(), known.id());
        } catch (StoreUnavailableException _) {
            return known;
        }
    }

    /** While it runs here every line it prints is news: only the end is worth a look at the store. */
    private void awaitEnd(TaskId id, Semaphore news, long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            boolean woken = news.tryAcquire(left, TimeUnit.NANOSECONDS);
            // Before the look, so that the end that comes after it is heard.
            news.drainPermits();
            if (woken && (transcripts.live(id).isEmpty() || streaming.draining().isPresent())) {
                return;
            }
        }
    }

    /** With what is not in the store yet: how far it is, and what it has used. */
    Task fresh(Task task) {
        return transcripts
                .live(task.id())
                .map(LiveTranscript::progress)
                .map(progress -> task.withProgress(progress, footprints.of(task.id())))
                .orElse(task);
    }

    static TaskProblem notFound(String id) {
        return new TaskProblem(TaskProblem.Code.NOT_FOUND, "there is no task " + shown(id));
    }

    private static String shown(String id) {
        return id.length() > 40 ? id.substring(0, 40) + "…" : id;
    }
}
