package org.claudecluster.worker.lifecycle;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.claudecluster.worker.exec.StopCause;
import org.claudecluster.worker.exec.StopSignal;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;

/** The tasks whose lease this process holds, from the claim until the outcome is written. */
final class RunningTasks {

    private final ConcurrentHashMap<TaskId, Running> running = new ConcurrentHashMap<>();

    /** One of them. */
    record Running(Lease lease, StopSignal stop) {}

    Running add(Task task) {
        Running added = new Running(task.lease(), new StopSignal());
        running.put(task.id(), added);
        return added;
    }

    void remove(Running gone) {
        running.remove(gone.lease().task(), gone);
    }

    Optional<Running> find(TaskId task) {
        return Optional.ofNullable(running.get(task));
    }

    List<Lease> leases() {
        return all().stream().map(Running::lease).toList();
    }

    Collection<Running> all() {
        return List.copyOf(running.values());
    }

    void stopAll(StopCause cause) {
        all().forEach(task -> task.stop().ask(cause));
    }

    boolean isEmpty() {
        return running.isEmpty();
    }
}
