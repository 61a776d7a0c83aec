package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskStatus;

/**
 * Which tasks to list, newest first.
 *
 * @param worker the worker that was wished for or that runs it
 * @param labels all of them must match
 * @param after the last id of the page before
 * @param limit 1 to {@link #MAX_LIMIT}
 */
public record TaskFilter(
        Optional<TaskStatus> status,
        Optional<String> worker,
        Map<String, String> labels,
        Optional<TaskId> after,
        int limit) {

    public static final int DEFAULT_LIMIT = 50;
    public static final int MAX_LIMIT = 500;

    public TaskFilter {
        requireNonNull(status, "status");
        requireNonNull(worker, "worker");
        requireNonNull(after, "after");
        labels = Map.copyOf(labels);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ": " + limit);
        }
    }
}
