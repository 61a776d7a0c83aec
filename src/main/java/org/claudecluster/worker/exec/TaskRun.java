package org.claudecluster.worker.exec;

import static java.util.Objects.requireNonNull;

import org.claudecluster.worker.outcome.StopSignal;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.transcript.LiveTranscript;

/**
 * One attempt at a task.
 *
 * @param task as it was claimed
 * @param transcript where everything that is printed goes
 * @param stop asks the run to end
 */
public record TaskRun(Task task, LiveTranscript transcript, StopSignal stop) {

    public TaskRun {
        requireNonNull(task, "task");
        requireNonNull(transcript, "transcript");
        requireNonNull(stop, "stop");
    }
}
