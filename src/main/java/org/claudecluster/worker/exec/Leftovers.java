package org.claudecluster.worker.exec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskObserver;
import org.claudecluster.worker.terminal.ProcessTree;
import org.claudecluster.worker.terminal.Remains;
import org.jboss.logging.Logger;

/** Ends what tasks of a dead worker left running on this machine, and collects the orphans of living ones. */
public final class Leftovers {

    private static final Logger LOG = Logger.getLogger(Leftovers.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final TaskObserver observer;
    private final Remains remains;
    private final Path temporaries;

    /**
     * Looks for them.
     *
     * @param temporaries where each task had its private directory for temporary files, named by its id
     */
    public Leftovers(TaskObserver observer, Remains remains, Path temporaries) {
        this.observer = observer;
        this.remains = remains;
        this.temporaries = temporaries;
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

    /** The runs that may have processes on this machine, whoever started them. Reads all of /proc. */
    public Set<Run> found() {
        return remains.runs().stream().flatMap(run -> Run.parse(run).stream()).collect(Collectors.toSet());
    }

    /**
     * Ends all processes on this machine that a lost run or an earlier one of its task has left, and what hangs below
     * them; never those of a later run. They are no children of this process but of init, since their worker is dead: so
     * all processes are searched, not a tree.
     */
    public void end(Run lost) {
        Set<Long> ended = new TreeSet<>();
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        Set<Long> left = processesOf(lost);
        while (!left.isEmpty() && System.nanoTime() - giveUpAt < 0) {
            left.stream().flatMap(Leftovers::withDescendants).forEach(process -> {
                if (process.destroyForcibly()) {
                    ended.add(process.pid());
                }
            });
            LockSupport.parkNanos(PAUSE.toNanos());
            left = processesOf(lost);
        }
        if (left.isEmpty()) {
            remains.forget(run -> covers(lost, run));
        }
        observer.leaked(left.size());
        if (!ended.isEmpty()) {
            LOG.warnf("ended %d processes that a lost run had left taskId=%s", ended.size(), lost.task());
        }
    }

    /** Of a run that nobody knows, the traces without processes go; processes are not ours to end. */
    public void forget(Run unknown) {
        if (remains.processes(run -> isOf(unknown, run)).isEmpty()) {
            remains.forget(run -> isOf(unknown, run));
        }
    }

    private static boolean isOf(Run wanted, String run) {
        return Run.parse(run).filter(wanted::equals).isPresent();
    }

    private Set<Long> processesOf(Run lost) {
        Set<Long> pids =
                new TreeSet<>(remains.processes(run -> covers(lost, run)).keySet());
        if (pids.isEmpty() && !isFollowed(lost)) {
            pids.addAll(remains.usersOf(temporaries.resolve(lost.task().toString())));
        }
        return pids;
    }

    /** INVARIANT: the directory is the task's, not the run's: who uses it then may be of the run that follows. */
    private boolean isFollowed(Run lost) {
        return found().stream().anyMatch(run -> run.task().equals(lost.task()) && run.epoch() > lost.epoch());
    }

    private static boolean covers(Run lost, String run) {
        return Run.parse(run).filter(lost::isOrFollows).isPresent();
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
