package org.claudecluster.worker.exec;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.claude.Verdict;
import org.claudecluster.worker.task.Ending;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.claudecluster.worker.workspace.TaskWorkspaces.Prepared;

/** What happens between a task's directories and its program: the clone, within the task's own time. */
final class Preparing {

    private Preparing() {}

    /** What the run came to when the program must not be started. */
    static Optional<Verdict> problem(
            TaskRun run, TaskDirectories directories, TaskWorkspaces workspaces, Deadline deadline) {
        if (run.stop().cause().isPresent()) {
            return Optional.empty();
        }
        Consumer<String> progress = line -> run.transcript().output((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        TaskWorkspaces.Conditions conditions = new TaskWorkspaces.Conditions(
                directories.temporary(),
                ChildEnvironment.RUN_MARKER,
                CliCommand.marker(run.task()),
                progress,
                run.stop().any(),
                deadline.left());
        Prepared prepared;
        try {
            prepared = workspaces.prepare(run.task(), directories.work(), conditions);
        } catch (InterruptedException _) {
            run.stop().ask(StopCause.DRAINED);
            prepared = new Prepared.Stopped(false);
        }
        return switch (prepared) {
            case Prepared.Ready _ -> Optional.empty();
            case Prepared.Failed(String why, boolean noSpace) ->
                Optional.of(failed(noSpace ? Reason.NO_SPACE : Reason.WORKSPACE_FAILED, why));
            case Prepared.Stopped(boolean outOfTime) -> {
                if (outOfTime) {
                    run.stop().ask(StopCause.TIMED_OUT);
                }
                yield Optional.of(stopped(run.stop()));
            }
        };
    }

    private static Verdict stopped(StopSignal stop) {
        StopCause cause = stop.cause().orElse(StopCause.CANCELLED);
        return new Verdict(Stops.outcome(cause, stop.detail(), new Ending.NotStarted()), Optional.empty());
    }

    private static Verdict failed(Reason reason, String why) {
        return new Verdict(new Outcome.Failed(reason, why, new Ending.NotStarted()), Optional.empty());
    }
}
