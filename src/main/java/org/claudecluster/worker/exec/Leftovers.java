package org.claudecluster.worker.exec;

import java.util.Map;
import java.util.TreeSet;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskObserver;
import org.claudecluster.worker.terminal.ProcessTree;
import org.claudecluster.worker.terminal.TreeEnd;
import org.jboss.logging.Logger;

/** Ends what tasks of a dead worker left running on this machine, and collects the orphans of living ones. */
public final class Leftovers {

    private static final Logger LOG = Logger.getLogger(Leftovers.class);

    private final TaskObserver observer;

    public Leftovers(TaskObserver observer) {
        this.observer = observer;
    }

    /** Ends all processes on this machine that carry the task's marker. */
    public void end(TaskId task) {
        Map<Long, String> marked = ProcessTree.marked(ChildEnvironment.MARKER);
        TreeSet<Long> pids = new TreeSet<>();
        marked.forEach((pid, value) -> {
            if (value.equals(task.toString())) {
                pids.add(pid);
            }
        });
        if (pids.isEmpty()) {
            return;
        }
        try {
            TreeEnd ended = new ProcessTree(ChildEnvironment.MARKER, task.toString(), pids.first()).sweep();
            observer.leaked(ended.survivors().size());
            LOG.warnf("ended %d processes that a lost run had left taskId=%s", ended.killed(), task);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Cheap; called every second. */
    public void reapOrphans() {
        ProcessTree.reapOrphans();
    }
}
