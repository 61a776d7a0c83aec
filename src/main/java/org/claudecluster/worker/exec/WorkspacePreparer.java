package org.claudecluster.worker.exec;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.cli.CliCommand;
import org.claudecluster.worker.cli.TaskDirectories;
import org.claudecluster.worker.outcome.RunOutcomes;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.outcome.StopSignal;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.workspace.Standing;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.claudecluster.worker.workspace.TaskWorkspaces.Prepared;

/** Prepares a task's workspace before its program starts: the clone, within the task's own time. */
final class WorkspacePreparer {

    private WorkspacePreparer() {}

    /** What the run came to when the program must not be started. */
    static Optional<Verdict> problem(
            TaskRun run,
            TaskDirectories directories,
            WorkDirectories.Use use,
            TaskWorkspaces workspaces,
            Deadline deadline) {
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
            prepared = workspaces.prepare(run.task(), directories.place(), conditions);
        } catch (InterruptedException _) {
            run.stop().ask(StopCause.DRAINED);
            prepared = new Prepared.Stopped(false);
        }
        return switch (prepared) {
            case Prepared.Ready _ -> {
                use.removeStaleLocks(directories.temporary())
                        .forEach(lock -> progress.accept("workspace: a run that is gone had left " + lock));
                yield Optional.empty();
            }
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

    /**
     * INVARIANT: a session never goes on over an empty tree. A claim has seen both here, or began anew; who then finds the
     * directory gone does not make another.
     */
    static Optional<Verdict> lost(Task task, Standing before) {
        boolean isFollowUp = task.spec().continues().isPresent();
        if (!isFollowUp && task.resumed() && !before.isThere()) {
            return Optional.of(failed(
                    Reason.WORKSPACE_FAILED,
                    "the directory in which this attempt should go on has vanished since it was claimed"));
        }
        if (isFollowUp && before == Standing.GONE) {
            return Optional.of(failed(
                    Reason.WORKSPACE_FAILED,
                    "the workspace of task " + task.workspace() + " is gone: it can't be continued"));
        }
        return Optional.empty();
    }

    private static Verdict stopped(StopSignal stop) {
        StopCause cause = stop.cause().orElse(StopCause.CANCELLED);
        return new Verdict(RunOutcomes.ended(cause, stop.detail(), new Ending.NotStarted()), Optional.empty());
    }

    private static Verdict failed(Reason reason, String why) {
        return new Verdict(new Outcome.Failed(reason, why, new Ending.NotStarted()), Optional.empty());
    }
}
