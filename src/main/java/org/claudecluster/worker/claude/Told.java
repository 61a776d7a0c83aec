package org.claudecluster.worker.claude;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskResult;

/**
 * All that a run told about itself until it ended. Nothing is judged here.
 *
 * @param result its last result line
 * @param failure how the API failed it for the last time, where no answer came after that
 * @param speaks whether it printed the CLI's stream-json, and not only text
 * @param insideTool whether its last turn was told to be over while a tool call was open
 * @param running what was at work in the background at the end
 * @param cutOff what of it the program's own end has cut off
 * @param lastWords the end of its plain text; may be empty
 * @param resetsAt when a limit ends that it met
 */
public record Told(
        Optional<ResultLine> result,
        Optional<Reason> failure,
        boolean speaks,
        boolean insideTool,
        List<String> running,
        List<String> cutOff,
        String lastWords,
        Optional<Instant> resetsAt) {

    /** Of a program that has told nothing. */
    public static final Told NOTHING =
            new Told(Optional.empty(), Optional.empty(), false, false, List.of(), List.of(), "", Optional.empty());

    public Told {
        requireNonNull(result, "result");
        requireNonNull(failure, "failure");
        running = List.copyOf(running);
        cutOff = List.copyOf(cutOff);
        requireNonNull(lastWords, "lastWords");
        requireNonNull(resetsAt, "resetsAt");
    }

    /** What is kept of the result line. */
    public Optional<TaskResult> taskResult() {
        return result.map(ResultLine::result);
    }
}
