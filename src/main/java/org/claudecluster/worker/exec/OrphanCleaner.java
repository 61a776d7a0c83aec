package org.claudecluster.worker.exec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claudecluster.worker.cli.OwnCalls;
import org.claudecluster.worker.cli.SetAside;
import org.claudecluster.worker.process.OrphanScanner;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.store.TaskObserver;
import org.jboss.logging.Logger;

/**
 * Ends what a dead worker left running on this machine, of its tasks and of its own calls of the CLI, and collects the
 * orphans of living ones. All that is asked about at once costs one look at the machine.
 */
public final class OrphanCleaner {

    private static final Logger LOG = Logger.getLogger(OrphanCleaner.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final TaskObserver observer;
    private final OrphanScanner remains;
    private final Path temporaries;

    /**
     * Looks for them.
     *
     * @param temporaries where each task had its private directory for temporary files, named by its id
     */
    public OrphanCleaner(TaskObserver observer, OrphanScanner remains, Path temporaries) {
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

    /** One look at this machine. */
    public final class Look {

        private final OrphanScanner.Look seen = remains.look();
        private final Set<Run> runs = parsed(seen.runs()).collect(Collectors.toUnmodifiableSet());

        private Look() {}

        /** The runs that may have processes on this machine, whoever started them. */
        public Set<Run> runs() {
            return runs;
        }

        private List<OrphanScanner.Left> processesOf(Collection<Run> lost) {
            List<OrphanScanner.Left> left = seen.processes(run -> covers(lost, run));
            Set<TaskId> seenTasks = parsed(
                            left.stream().map(OrphanScanner.Left::run).collect(Collectors.toSet()))
                    .map(Run::task)
                    .collect(Collectors.toSet());
            Map<String, String> silent = new HashMap<>();
            for (Run run : lost) {
                if (!seenTasks.contains(run.task()) && !isFollowed(run)) {
                    silent.put(run.task().toString(), run.task() + "." + run.epoch());
                }
            }
            return silent.isEmpty()
                    ? left
                    : Stream.of(
                                    left,
                                    seen.usersBelow(temporaries, silent),
                                    seen.usersBelow(temporaries.resolve(SetAside.ASIDE), silent))
                            .flatMap(List::stream)
                            .toList();
        }

        /** INVARIANT: the directory is the task's, not the run's: who uses it then may be of the run that follows. */
        private boolean isFollowed(Run lost) {
            return runs.stream().anyMatch(run -> run.task().equals(lost.task()) && run.epoch() > lost.epoch());
        }
    }

    /** Reads all of /proc. */
    public Look look() {
        return new Look();
    }

    /** The same as {@link #end(Set, Look)}, with a look of its own; without any costs nothing. */
    public void end(Set<Run> lost) {
        if (!lost.isEmpty()) {
            end(lost, look());
        }
    }

    /**
     * Ends all processes on this machine that lost runs or earlier ones of their tasks have left, and what hangs below
     * them; never those of later runs. They are no children of this process but of init, since their worker is dead: so
     * all processes are searched, not a tree.
     *
     * @param first a look that was made after their worker had died; where it shows nothing of theirs, there is no other
     */
    public void end(Set<Run> lost, Look first) {
        if (lost.isEmpty()) {
            return;
        }
        Set<Long> ended = new HashSet<>();
        List<OrphanScanner.Left> left = endAll(first, look -> look.processesOf(lost), ended);
        Set<String> alive = left.stream().map(OrphanScanner.Left::run).collect(Collectors.toSet());
        Set<Run> over = lost.stream()
                .filter(run -> alive.stream().noneMatch(name -> covers(Set.of(run), name)))
                .collect(Collectors.toSet());
        remains.forget(run -> covers(over, run));
        observer.leaked(left.size());
        if (!ended.isEmpty()) {
            LOG.warnf("ended %d processes that lost runs had left tasks=%s", ended.size(), tasks(lost));
        }
    }

    /** What the first look and those after it show is killed until there is nothing, or patience is over. */
    private List<OrphanScanner.Left> endAll(Look first, Ours ours, Set<Long> ended) {
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        List<OrphanScanner.Left> left = ours.in(first);
        while (!left.isEmpty() && System.nanoTime() - giveUpAt < 0) {
            remains.kill(left);
            left.forEach(process -> ended.add(process.pid()));
            LockSupport.parkNanos(PAUSE.toNanos());
            left = ours.in(look());
        }
        return left;
    }

    /** Those processes of a look that are to be ended. */
    private interface Ours {
        List<OrphanScanner.Left> in(Look look);
    }

    /**
     * Ends what a predecessor's own calls of the CLI have left. Their notes are in this worker's directory alone, and
     * their worker is dead: nobody needs to be asked.
     */
    public void endCalls(Look first) {
        Predicate<String> lost = OwnCalls::isPredecessors;
        if (first.seen.runs().stream().noneMatch(lost)) {
            return;
        }
        Set<String> noted = remains.noted();
        Predicate<String> ours = lost.and(noted::contains);
        Set<Long> ended = new HashSet<>();
        List<OrphanScanner.Left> left = endAll(first, look -> look.seen.processes(ours), ended);
        if (left.isEmpty()) {
            remains.forget(ours);
        }
        observer.leaked(left.size());
        if (!ended.isEmpty()) {
            LOG.warnf("ended %d processes that the worker before had started to ask the CLI", ended.size());
        }
    }

    /** Of runs that nobody knows, the traces without processes go; processes are not ours to end. */
    public void forget(Set<Run> unknown, Look look) {
        Set<Run> alive = parsed(look.seen.processes(_ -> true).stream()
                        .map(OrphanScanner.Left::run)
                        .collect(Collectors.toSet()))
                .collect(Collectors.toSet());
        remains.forget(run -> Run.parse(run)
                .filter(named -> unknown.contains(named) && !alive.contains(named))
                .isPresent());
    }

    private static Stream<Run> parsed(Collection<String> markers) {
        return markers.stream().flatMap(marker -> Run.parse(marker).stream());
    }

    private static boolean covers(Collection<Run> lost, String run) {
        return Run.parse(run)
                .filter(named -> lost.stream().anyMatch(each -> each.isOrFollows(named)))
                .isPresent();
    }

    private static List<TaskId> tasks(Set<Run> lost) {
        return lost.stream().map(Run::task).distinct().toList();
    }

    /** Cheap; called every second. */
    public void reapOrphans() {
        ProcessTree.reapOrphans();
    }
}
