package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskResult;

/**
 * One page of a list. It ends before the filter's limit where the texts of its tasks would be more than
 * {@link #MAX_BYTES}, since however long they are, a reader has to hold them.
 *
 * @param tasks newest first
 * @param next the task behind which others follow, where any do; it need not be listed, since it may have come to match
 *     no more while the page was read
 */
public record TaskPage(List<Listed> tasks, Optional<TaskId> next) {

    /** Of all texts that were read for a page, unless one task alone has more. */
    public static final int MAX_BYTES = 4 * 1024 * 1024;

    /** The start that stands for a text, in characters. */
    public static final int START = 1_000;

    public TaskPage {
        tasks = List.copyOf(tasks);
        requireNonNull(next, "next");
    }

    /** Whether others follow. */
    public boolean more() {
        return next.isPresent();
    }

    /**
     * A task in a list.
     *
     * @param task with the start of what was not asked for whole
     * @param promptCut whether the prompt is only its start
     * @param resultCut whether something of the result is missing
     */
    public record Listed(Task task, boolean promptCut, boolean resultCut) {

        public Listed {
            requireNonNull(task, "task");
        }

        /** A task whose result is to be cut. */
        public static Listed withoutResult(Task task, boolean promptCut) {
            Optional<TaskResult> start = task.result().map(result -> result.shortened(START));
            return new Listed(task.withResult(start), promptCut, !start.equals(task.result()));
        }
    }
}
