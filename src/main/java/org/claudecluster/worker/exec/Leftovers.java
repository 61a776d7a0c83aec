package org.claudecluster.worker.exec;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
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

    /**
     * Ends all processes on this machine that carry the task's marker, and what hangs below them. They are no children
     * of this process but of init, since their worker is dead: so all processes are searched, not a tree.
     */
    public void end(TaskId task) {
        Set<Long> ended = new TreeSet<>();
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        Set<Long> left = marked(task);
        while (!left.isEmpty() && System.nanoTime() - giveUpAt < 0) {
            left.stream().flatMap(Leftovers::withDescendants).forEach(process -> {
                if (process.destroyForcibly()) {
                    ended.add(process.pid());
                }
            });
            LockSupport.parkNanos(PAUSE.toNanos());
            left = marked(task);
        }
        observer.leaked(left.size());
        if (!ended.isEmpty()) {
            LOG.warnf("ended %d processes that a lost run had left taskId=%s", ended.size(), task);
        }
    }

    private static Set<Long> marked(TaskId task) {
        Set<Long> pids = new TreeSet<>();
        ProcessTree.marked(ChildEnvironment.MARKER).forEach((pid, value) -> {
            if (value.equals(task.toString())) {
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
