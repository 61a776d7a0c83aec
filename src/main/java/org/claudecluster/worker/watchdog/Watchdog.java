package org.claudecluster.worker.watchdog;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.TreeSampler;
import org.claudecluster.worker.process.TreeUsage;
import org.claudecluster.worker.task.Footprints;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Footprint;
import org.claudecluster.worker.task.store.TaskObserver;
import org.jboss.logging.Logger;

/** Looks at all runs, each second, and ends those that hang or take too much. One look measures them all. */
public final class Watchdog implements Footprints {

    private static final Logger LOG = Logger.getLogger(Watchdog.class);

    private final WatchSettings settings;
    private final TaskObserver observer;
    private final LongSupplier nanos;
    private final TreeSampler sampler = new TreeSampler();
    private final DiskWatch disk;
    private final Map<RunWatch, ProcessTree> watched = new ConcurrentHashMap<>();

    /**
     * Watches nothing yet.
     *
     * @param nanos the monotonic clock
     */
    public Watchdog(WatchSettings settings, TaskObserver observer, LongSupplier nanos) {
        this.settings = settings;
        this.observer = observer;
        this.nanos = nanos;
        this.disk = new DiskWatch(nanos);
    }

    public WatchSettings settings() {
        return settings;
    }

    public LongSupplier clock() {
        return nanos;
    }

    /** Watches until the answer is closed. */
    public Watching watch(ProcessTree tree, RunWatch.Subject subject) {
        RunWatch watch = new RunWatch(subject, settings);
        watched.put(watch, tree);
        return new Watching(watch, tree);
    }

    /** One run's place. */
    public final class Watching implements AutoCloseable {

        private final RunWatch watch;
        private final ProcessTree tree;

        private Watching(RunWatch watch, ProcessTree tree) {
            this.watch = watch;
            this.tree = tree;
        }

        /** Measures once more, and answers all that was seen. */
        public Footprint last() {
            TreeUsage usage = measureOne(tree);
            watch.learn(nanos.getAsLong(), usage);
            return watch.footprint();
        }

        /** All that was seen so far. */
        public Footprint seen() {
            return watch.footprint();
        }

        @Override
        public void close() {
            watched.remove(watch);
        }
    }

    /** To be called each second by one thread. */
    public void look() {
        Map<RunWatch, ProcessTree> runs = Map.copyOf(watched);
        if (runs.isEmpty()) {
            return;
        }
        if (settings.diskBytes() > 0) {
            disk.look(runs.keySet());
        }
        Map<RunWatch, TreeUsage> usages = measure(runs);
        long now = nanos.getAsLong();
        usages.forEach((run, usage) -> run.look(now, usage).ifPresent(alarm -> end(run, alarm)));
    }

    private synchronized Map<RunWatch, TreeUsage> measure(Map<RunWatch, ProcessTree> runs) {
        Map<ProcessTree, TreeUsage> usages = sampler.sample(runs.values());
        Map<RunWatch, TreeUsage> byRun = new HashMap<>();
        runs.forEach((run, tree) -> byRun.put(run, usages.getOrDefault(tree, TreeUsage.NONE)));
        return byRun;
    }

    private synchronized TreeUsage measureOne(ProcessTree tree) {
        return sampler.sampleOne(tree);
    }

    private void end(RunWatch run, RunWatch.Alarm alarm) {
        if (run.subject().stop().ask(alarm.cause(), alarm.detail())) {
            String cause = alarm.cause().wire();
            observer.alarmed(cause);
            LOG.warnf(
                    "the watchdog ends a run taskId=%s cause=%s: %s",
                    run.subject().task(), cause, alarm.detail());
        }
    }

    @Override
    public Optional<Footprint> of(TaskId task) {
        return watched.keySet().stream()
                .filter(run -> run.subject().task().equals(task))
                .findFirst()
                .map(RunWatch::footprint);
    }
}
