package org.claudecluster.worker.service;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.jboss.logging.Logger;

/**
 * Looks for the ends of all tasks that requests wait for by one question to the store for each tenant, however many
 * wait. The ends of this worker's own tasks are told by a signal at once; this is for those of other processes. Nobody
 * looks while nobody waits.
 */
final class EndPoller {

    private static final Logger LOG = Logger.getLogger(EndPoller.class);

    private final BiFunction<Tenant, Collection<TaskId>, Set<TaskId>> open;
    private final Duration pause;
    private final Map<Watched, List<Runnable>> waiting = new ConcurrentHashMap<>();
    private final AtomicBoolean looks = new AtomicBoolean();

    /** A task whose end a tenant waits for. */
    private record Watched(Tenant tenant, TaskId task) {}

    /**
     * Looks for nothing yet.
     *
     * @param open answers which of these tasks of a tenant wait or run
     * @param pause between two looks
     */
    EndPoller(BiFunction<Tenant, Collection<TaskId>, Set<TaskId>> open, Duration pause) {
        this.open = open;
        this.pause = pause;
    }

    /** Calls this after each look that finds the task ended or gone. It must return at once. */
    Streaming.Place watch(Tenant tenant, TaskId task, Runnable wake) {
        Watched watched = new Watched(tenant, task);
        waiting.compute(watched, (_, known) -> {
            List<Runnable> all = known == null ? new CopyOnWriteArrayList<>() : known;
            all.add(wake);
            return all;
        });
        lookWhileSomebodyWaits();
        return () -> waiting.computeIfPresent(watched, (_, known) -> {
            known.remove(wake);
            return known.isEmpty() ? null : known;
        });
    }

    private void lookWhileSomebodyWaits() {
        if (!waiting.isEmpty() && looks.compareAndSet(false, true)) {
            Thread.ofVirtual().name("end-poller").start(this::run);
        }
    }

    private void run() {
        try {
            while (!waiting.isEmpty()) {
                Thread.sleep(pause);
                look();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            looks.set(false);
            // Who came in between found it looking still.
            lookWhileSomebodyWaits();
        }
    }

    private void look() {
        Map<Tenant, List<TaskId>> asked = waiting.keySet().stream()
                .collect(
                        Collectors.groupingBy(Watched::tenant, Collectors.mapping(Watched::task, Collectors.toList())));
        asked.forEach(this::look);
    }

    private void look(Tenant tenant, List<TaskId> asked) {
        Set<TaskId> still;
        try {
            still = open.apply(tenant, asked);
        } catch (StoreUnavailableException _) {
            return;
        } catch (RuntimeException e) {
            LOG.error("the ends of tasks could not be looked for", e);
            return;
        }
        for (TaskId task : asked) {
            if (!still.contains(task)) {
                waiting.getOrDefault(new Watched(tenant, task), List.of()).forEach(Runnable::run);
            }
        }
    }
}
