package org.claudecluster.worker.exec;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskObserver;
import org.claudecluster.worker.terminal.ProcessTree;
import org.jboss.logging.Logger;

/** Ends what tasks of a dead worker left running on this machine, and collects the orphans of living ones. */
public final class Leftovers {

    private static final Logger LOG = Logger.getLogger(Leftovers.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final TaskObserver observer;

    public Leftovers(TaskObserver observer) {
        this.observer = observer;
    }

    /** A claim of a task, which may have left processes here. */
    public record Run(TaskId task, long epoch) {

        private static Optional<Run> parse(String marker) {
            int dot = marker.lastIndexOf('.');
            if (dot < 0 || !marker.substring(dot + 1).matches("\\d{1,18}")) {
                return Optional.empty();
            }
            return TaskId.parse(marker.substring(0, dot))
                    .map(task -> new Run(task, Long.parseLong(marker.substring(dot + 1))));
        }

        /** Whether the other is of the same task and not younger. */
        private boolean isOrFollows(Run other) {
            return task.equals(other.task) && epoch >= other.epoch;
        }
    }

    /** The runs of which there are processes on this machine, whoever started them. Reads all of /proc. */
    public Set<Run> found() {
        return ProcessTree.marked(ChildEnvironment.RUN_MARKER).values().stream()
                .flatMap(marker -> Run.parse(marker).stream())
                .collect(Collectors.toSet());
    }

    /**
     * Ends all processes on this machine that a lost run or an earlier one of its task has left, and what hangs below
     * them; never those of a later run. They are no children of this process but of init, since their worker is dead: so
     * all processes are searched, not a tree.
     */
    public void end(Run lost) {
        Set<Long> ended = new TreeSet<>();
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        Set<Long> left = marked(lost);
        while (!left.isEmpty() && System.nanoTime() - giveUpAt < 0) {
            left.stream().flatMap(Leftovers::withDescendants).forEach(process -> {
                if (process.destroyForcibly()) {
                    ended.add(process.pid());
                }
            });
            LockSupport.parkNanos(PAUSE.toNanos());
            left = marked(lost);
        }
        observer.leaked(left.size());
        if (!ended.isEmpty()) {
            LOG.warnf("ended %d processes that a lost run had left taskId=%s", ended.size(), lost.task());
        }
    }

    private static Set<Long> marked(Run lost) {
        Set<Long> pids = new TreeSet<>();
        ProcessTree.marked(ChildEnvironment.RUN_MARKER).forEach((pid, marker) -> {
            if (Run.parse(marker).filter(lost::isOrFollows).isPresent()) {
                pids.add(pid);
            }
        });
        return pids;
    }

    private static Stream<ProcessHandle> withDescendants(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()));
    }

    /** Cheap; called every second. */
    public void reapOrphans() {
        ProcessTree.reapOrphans();
    }
}
