package org.claudecluster.worker.exec;

import java.util.Optional;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Verdict;

/** Succeeds at once; whether it is there is for the test to say. */
final class FakeExecutor implements TaskExecutor {

    private final ExecutorType type;
    Availability availability;
    boolean inPlace = true;
    int probes;

    FakeExecutor(ExecutorType type, Availability availability) {
        this.type = type;
        this.availability = availability;
    }

    @Override
    public ExecutorType type() {
        return type;
    }

    @Override
    public Availability probe() {
        probes++;
        return availability;
    }

    @Override
    public boolean isInPlace() {
        return inPlace;
    }

    @Override
    public Verdict run(TaskRun run) {
        return new Verdict(new Outcome.Completed(new Ending.Exited(0), Optional.empty()), Optional.empty());
    }
}
